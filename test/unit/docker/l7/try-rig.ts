import { systemClock } from '../../../../docker/balancing/clock.ts';
import { createGroup } from '../../../../docker/balancing/group.ts';
import type { Member } from '../../../../docker/balancing/member.ts';
import type { Back, BackListener, Outgoing } from '../../../../docker/l7/back.ts';
import { Exchange } from '../../../../docker/l7/exchange.ts';
import type { ExchangeEnd } from '../../../../docker/l7/exchange-end.ts';
import type { ClientListener, Incoming } from '../../../../docker/l7/front.ts';
import { createHedging } from '../../../../docker/l7/hedging.ts';
import type { RequestHead } from '../../../../docker/l7/message.ts';
import { createRetryBudget } from '../../../../docker/l7/retry.ts';
import type { Sink } from '../../../../docker/l7/sink.ts';
import { l7SettingsSchema } from '../../../../docker/protocol/balancer.ts';
import type { L7Patch } from '../../../../docker/protocol/balancer.ts';

/** One try, as the way to a target sees it. */
export interface Asked {
  readonly member: Member;
  readonly outgoing: Outgoing;
  readonly listener: BackListener;
  /** Where the body goes once `stand` was called. */
  readonly body: string[];
  resumed: number;
  cancelled: boolean;
  /** The connection stands. */
  stand(): void;
}

export interface TryRig {
  readonly asked: readonly Asked[];
  /** What the client got, a line each. */
  readonly heard: readonly string[];
  /** Null until it is over. */
  readonly end: () => ExchangeEnd | null;
  readonly members: readonly Member[];
  /** The client has room again. */
  drain(): void;
  /** Whether the client takes more. */
  room: boolean;
  /** The client's side of the body. */
  readonly send: () => Sink | null;
  readonly client: () => ClientListener | null;
}

/** An exchange with a client and targets of paper: what it does with what they say is all its own. */
export function exchange(
  patch: L7Patch = {},
  asks: Partial<Pick<Incoming, 'hasBody' | 'upgrade'>> & { readonly method?: string } = {},
): TryRig {
  const { method = 'GET', hasBody = false, upgrade = null } = asks;
  const targets = ['a', 'b'].map((id) => ({ id, address: '192.0.2.1', port: 1 }));
  const settings = l7SettingsSchema.parse({
    healthCheck: { protocol: 'none' },
    targets,
    accessLog: false,
    ...patch,
  });
  const group = createGroup(settings, {
    clock: systemClock,
    random: () => 0,
    probe: () => Promise.reject(new Error('nobody is probed here')),
    listener: '192.0.2.2:80',
    emit: () => undefined,
  });
  const asked: Asked[] = [];
  const heard: string[] = [];
  let ended: ExchangeEnd | null = null;
  let listener: ClientListener | null = null;
  let body: Sink | null = null;
  let onDrain: () => void = () => undefined;
  const head: RequestHead = {
    method,
    scheme: 'http',
    authority: 'a',
    target: '/',
    version: '1.1',
    fields: [],
  };
  const rig = { room: true };
  const incoming: Incoming = {
    head,
    peer: { address: '192.0.2.9', port: 9, localAddress: '192.0.2.2', localPort: 80, tls: null },
    hasBody,
    upgrade,
    expectsContinue: false,
    trailers: false,
    desync: null,
    suspect: false,
    respond: {
      informational: ({ status }) => void heard.push(String(status)),
      head: ({ status }) => void heard.push(`head ${status}`),
      write(piece) {
        heard.push(`data ${piece.toString()}`);
        return rig.room;
      },
      end: (trailers) =>
        void heard.push(`end${trailers.map(([name, value]) => ` ${name}=${value}`).join('')}`),
      abort: () => void heard.push('abort'),
      onDrain: (wake) => void (onDrain = wake),
      flushed: () => true,
    },
    feed: (sink) => void (body = sink),
    watch: (next) => void (listener = next),
  };
  const back = (member: Member): Back => ({
    ask(outgoing, to) {
      const one: Asked = {
        member,
        outgoing,
        listener: to,
        body: [],
        resumed: 0,
        cancelled: false,
        stand: () =>
          to.connected(
            {
              write: (piece) => one.body.push(piece.toString()) > 0,
              end: () => void one.body.push('end'),
              abort: () => void one.body.push('abort'),
              onDrain: () => undefined,
            },
            null,
          ),
      };
      asked.push(one);
      return { resume: () => void (one.resumed += 1), cancel: () => void (one.cancelled = true) };
    },
    view: () => ({ open: 0, idle: 0, queued: 0, limit: 0 }),
    count: () => undefined,
    settingsChanged: () => undefined,
    close: () => undefined,
  });
  new Exchange(incoming, 'id', 0, {
    pipeline: { run: () => null },
    budget: createRetryBudget(),
    hedging: createHedging(),
    settings: () => settings,
    group,
    back,
    underWay: () => 100,
    onTargetStart: () => undefined,
    onTargetEnd: () => undefined,
    onEnd: (end) => (ended = end),
  }).start();
  return Object.assign(rig, {
    asked,
    heard,
    end: () => ended,
    members: group.members,
    drain: () => onDrain(),
    send: () => body,
    client: () => listener,
  });
}
