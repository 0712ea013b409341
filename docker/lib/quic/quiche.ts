//  QUIC version 1 by Cloudflare's quiche (RFC 9000, 9001, 9002): a native library without a socket of its own
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { quicApplication } from '../../protocol/quic.ts';

/**
 * The one place that knows the library. Its native part is an npm package for each platform that it was built for; the
 * programs' bundles carry it beside them (out/programs/quiche.node), sources find it in node_modules.
 */
export interface End {
  readonly host: string;
  readonly port: number;
}

export interface QuicPeer {
  readonly established: boolean;
  /** Nothing more will be sent or heard. */
  readonly closed: boolean;
  /** Its end is on its way; whatever was open is over. */
  readonly ending: boolean;
  /** Why it ended, in words; empty where nothing is known. */
  readonly reason: string;
  /** Throws where the packet breaks the rules so that the connection ends. */
  receive(packet: Buffer, from: End, to: End): void;
  /** The next packet to send, written into `room`; null where there is none. */
  next(room: Buffer): { readonly bytes: number; readonly from: End; readonly to: End } | null;
  /** Milliseconds until `expire` is due; null: no timer runs. */
  timeoutMs(): number | null;
  expire(): void;
  readable(): readonly number[];
  /** Null: nothing more for now. Throws where the stream was reset. */
  read(stream: number, room: Buffer): { readonly bytes: number; readonly end: boolean } | null;
  /** Bytes taken; 0 where there is no room. */
  write(stream: number, bytes: Uint8Array, end: boolean): number;
  /** How many connection ids the other side may still be given. */
  idsLeft(): number;
  giveId(id: Uint8Array): void;
  /** An id that the other side gave back; null where there is none. */
  retiredId(): Uint8Array | null;
  /** The other side came from an address that it had not used before, and was asked to prove it, since the last call. */
  cameFromElsewhere(): boolean;
  /** From this end from now on. False where the handshake, or a spare connection id, is still missing. */
  moveTo(local: End): boolean;
  close(): void;
}

export interface QuicSettings {
  readonly idleMs: number;
}

export interface Quic {
  server(certificate: string, key: string, settings: QuicSettings): QuicServerSide;
  client(authority: string | null, verify: boolean, settings: QuicSettings): QuicClientSide;
}
export interface QuicServerSide {
  accept(id: Uint8Array, local: End, remote: End): QuicPeer;
}
export interface QuicClientSide {
  connect(serverName: string | null, id: Uint8Array, local: End, remote: End): QuicPeer;
}

/** What a packet may hold so that it fits anywhere: RFC 9000 14 asks for 1,200 at least. */
export const longestPacket = 1350;
const windowBytes = 1_000_000;
const streams = 1000;
/** RFC 9000 5.1.1: ids held in reserve for the next moves. */
const spareIds = 4;

interface Config {
  setApplicationProtos(names: readonly string[]): void;
  setMaxIdleTimeout(ms: number): void;
  setInitialMaxData(bytes: number): void;
  setInitialMaxStreamDataBidiLocal(bytes: number): void;
  setInitialMaxStreamDataBidiRemote(bytes: number): void;
  setInitialMaxStreamsBidi(count: number): void;
  setActiveConnectionIdLimit(count: number): void;
  setDisableActiveMigration(off: boolean): void;
  setMaxRecvUdpPayloadSize(bytes: number): void;
  setMaxSendUdpPayloadSize(bytes: number): void;
}
interface Ended {
  readonly isApp: boolean;
  readonly errorCode: number;
  readonly reason: Uint8Array;
}
interface Connection {
  recv(packet: Uint8Array, info: { readonly from: End; readonly to: End }): number;
  send(room: Uint8Array): readonly [number, { readonly from: End; readonly to: End }] | null;
  timeout(): number | null;
  onTimeout(): void;
  readable(): Iterable<number>;
  streamRecv(stream: number, room: Uint8Array): readonly [number, boolean] | null;
  streamSend(stream: number, bytes: Uint8Array, end: boolean): number | null;
  sourceCidsLeft(): number;
  newSourceCid(id: Uint8Array, resetToken: bigint, retire: boolean): number;
  retiredScidNext(): Uint8Array | null;
  pathEventNext(): { readonly type: string } | null;
  availableDcids(): number;
  migrateSource(local: End): number;
  close(application: boolean, code: number, reason: Uint8Array): void;
  isEstablished(): boolean;
  isClosed(): boolean;
  isDraining(): boolean;
  isTimedOut(): boolean;
  peerError(): Ended | null;
  localError(): Ended | null;
}
interface Native {
  readonly Config: {
    withBoringSslCtx(
      verify: boolean,
      verifyAllowFail: boolean,
      authority: Uint8Array | null,
      keys: readonly Uint8Array[] | null,
      certificates: readonly Uint8Array[] | null,
      signatures: string | null,
    ): Config;
  };
  readonly Connection: {
    connect(serverName: string | null, id: Uint8Array, local: End, remote: End, config: Config): Connection;
    accept(id: Uint8Array, first: Uint8Array | null, local: End, remote: End, config: Config): Connection;
  };
}

let loaded: Quic | null | undefined;

/** Null where it was not built for this machine. */
export function loadQuic(): Quic | null {
  if (loaded === undefined) loaded = native();
  return loaded;
}

function native(): Quic | null {
  const beside = fileURLToPath(new URL('./quiche.node', import.meta.url));
  const name = existsSync(beside) ? beside : `@matrixai/quic-${process.platform}-${process.arch}`;
  try {
    return quicOf(createRequire(import.meta.url)(name) as Native);
  } catch {
    return null;
  }
}

function quicOf({ Config, Connection }: Native): Quic {
  const pem = (text: string) => Buffer.from(text);
  const configured = (config: Config, { idleMs }: QuicSettings): Config => {
    config.setApplicationProtos([quicApplication]);
    config.setMaxIdleTimeout(idleMs);
    config.setInitialMaxData(windowBytes);
    config.setInitialMaxStreamDataBidiLocal(windowBytes);
    config.setInitialMaxStreamDataBidiRemote(windowBytes);
    config.setInitialMaxStreamsBidi(streams);
    config.setActiveConnectionIdLimit(spareIds);
    config.setDisableActiveMigration(false);
    config.setMaxRecvUdpPayloadSize(longestPacket);
    config.setMaxSendUdpPayloadSize(longestPacket);
    return config;
  };
  return {
    server(certificate, key, settings) {
      const made = Config.withBoringSslCtx(false, true, null, [pem(key)], [pem(certificate)], null);
      const config = configured(made, settings);
      return {
        accept: (id, local, remote) => peerOf(Connection.accept(id, null, local, remote, config)),
      };
    },
    client(authority, verify, settings) {
      const trusted = authority === null ? null : pem(authority);
      const config = configured(Config.withBoringSslCtx(verify, false, trusted, null, null, null), settings);
      return {
        connect: (serverName, id, local, remote) =>
          peerOf(Connection.connect(serverName, id, local, remote, config)),
      };
    },
  };
}

function peerOf(connection: Connection): QuicPeer {
  return {
    get established() {
      return connection.isEstablished();
    },
    get closed() {
      return connection.isClosed();
    },
    get ending() {
      return connection.isClosed() || connection.isDraining();
    },
    get reason() {
      if (connection.isTimedOut()) return 'nothing was heard for the idle time';
      const theirs = connection.peerError();
      const ended = theirs ?? connection.localError();
      return ended === null
        ? ''
        : `${theirs === null ? 'ended here' : 'ended by the other side'}: ${said(ended)}`;
    },
    receive: (packet, from, to) => void connection.recv(packet, { from, to }),
    next(room) {
      const sent = connection.send(room);
      return sent === null ? null : { bytes: sent[0], from: sent[1].from, to: sent[1].to };
    },
    timeoutMs: () => connection.timeout(),
    expire: () => connection.onTimeout(),
    readable: () => [...connection.readable()],
    read(stream, room) {
      const got = connection.streamRecv(stream, room);
      return got === null ? null : { bytes: got[0], end: got[1] };
    },
    write: (stream, bytes, end) => connection.streamSend(stream, bytes, end) ?? 0,
    idsLeft: () => connection.sourceCidsLeft(),
    // Reset tokens are never used: a server that knows nothing of a connection here says nothing.
    giveId: (id) => void connection.newSourceCid(id, randomToken(), false),
    retiredId: () => connection.retiredScidNext(),
    cameFromElsewhere() {
      let moved = false;
      for (let event = connection.pathEventNext(); event !== null; event = connection.pathEventNext()) {
        if (event.type === 'PeerMigrated') moved = true;
      }
      return moved;
    },
    moveTo(local) {
      if (!connection.isEstablished() || connection.availableDcids() === 0) return false;
      try {
        connection.migrateSource(local);
        return true;
      } catch {
        // Not confirmed yet (RFC 9000 9): the next packet of the server will do that.
        return false;
      }
    },
    close: () => connection.close(true, 0, new Uint8Array()),
  };
}

/** RFC 9001 4.8: a TLS alert is a QUIC error from 0x100 on. */
function said({ isApp, errorCode, reason }: Ended): string {
  const text = Buffer.from(reason).toString('latin1');
  const what =
    !isApp && errorCode >= 0x100 && errorCode < 0x200
      ? `TLS alert ${errorCode - 0x100}`
      : `code ${errorCode}`;
  return text === '' ? what : `${what}, ${text}`;
}

function randomToken(): bigint {
  return crypto.getRandomValues(new BigUint64Array(2)).reduce((all, part) => (all << 64n) | part, 0n);
}
