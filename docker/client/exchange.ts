import type { ClientSettings, FailureKind } from '../protocol/client.ts';
import type { Identity, TlsFacts } from '../protocol/tls.ts';
import type { Moves } from './quic/moves.ts';
import type { Secure } from './tls.ts';

/** A request as the load plan has it, before any protocol spells it. */
export interface PlannedRequest {
  readonly id: string;
  /** The load client's name; null for a request by hand, which no witness shall count as load. */
  readonly client: string | null;
  /** Index of the user, from 0; the name is `u` and one more. */
  readonly user: number;
  readonly userName: string;
  readonly path: string;
  /** Method, headers and body are by these: the settings, or one kind of a mix. */
  readonly as: ClientSettings;
  /** What the user's jar holds, as a Cookie field has it; empty where there is none. */
  readonly cookies: string;
  /** Local address to send from; undefined: the kernel chooses. */
  readonly source: string | undefined;
}

/** How it ended, as the protocol saw it. */
export interface Ending {
  /** A status, or for protocols without one what came back (`echo`); null if there was no answer. */
  readonly status: string | null;
  readonly failure: FailureKind | null;
  readonly ok: boolean;
  readonly server: string | null;
  /** The client's end, `address:port`, which every hop can see; empty if there was no connection. */
  readonly connection: string;
  readonly detail: string;
  /** Of the connection; left out without TLS. */
  readonly tls?: TlsFacts;
  /** Set-Cookie lines, where the protocol reads them. */
  readonly setCookies?: readonly string[];
}

export function failed(kind: FailureKind, detail: string, connection = ''): Ending {
  return { status: null, failure: kind, ok: false, server: null, connection, detail };
}

/** What a person would call served: 2xx and 3xx. */
export function isOk(status: number): boolean {
  return status < 400;
}

/** What was sent and received, and over how many connections; cumulative over every transport of this program. */
export interface Wire {
  opened: number;
  failed: number;
  open: number;
  reused: number;
  sent: number;
  received: number;
}

export function createWire(): Wire {
  return { opened: 0, failed: 0, open: 0, reused: 0, sent: 0, received: 0 };
}

/** One protocol towards one target. */
export interface Transport {
  /** `done` is called once, never before `send` returns. */
  send(request: PlannedRequest, done: (ending: Ending) => void): void;
  /** A setting has changed that asks for no other transport. */
  settingsChanged?(): void;
  /** Nothing new will be sent: idle connections go at once, others with their last answer. */
  retire(): void;
  /** Everything goes at once; requests in flight end nowhere. */
  destroy(): void;
}

/** `secure` is null where the load goes in the clear. */
export type TransportFactory = (
  settings: () => ClientSettings,
  wire: Wire,
  secure: Secure | null,
  own: OwnAffairs,
) => Transport;

/** What a protocol needs that does its own TLS. */
export interface OwnAffairs {
  readonly identity: Identity | undefined;
  readonly moves: Moves;
}
