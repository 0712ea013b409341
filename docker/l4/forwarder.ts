//  client --tcp--> [accept > pick a target > dial it > splice] --tcp--> target
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import type { Clock } from '../balancing/clock.ts';
import type { Group } from '../balancing/group.ts';
import type { L4Settings } from '../protocol/balancer.ts';
import type { Flow, ForwarderCounters } from './flow.ts';
import { createFlow } from './flow.ts';
import { createForgotten } from './forgotten.ts';
import { watchIdle } from './idle.ts';

/** Asked of the kernel, which caps it at net.core.somaxconn (4096 since Linux 5.4). */
const backlog = 4096;

export interface Forwarder {
  readonly counters: ForwarderCounters;
  readonly flows: ReadonlySet<Flow>;
  listen(place: { readonly address: string; readonly port: number }): Promise<number>;
  settingsChanged(): void;
  close(): Promise<void>;
}

export function createForwarder(group: Group, settings: () => L4Settings, clock: Clock): Forwarder {
  const counters: ForwarderCounters = {
    connections: { accepted: 0, open: 0, refused: 0, failed: 0 },
    bytes: { received: 0, sent: 0 },
  };
  const flows = new Set<Flow>();
  const forgotten = createForgotten();
  const idle = watchIdle(flows, settings, clock);

  const accept = (client: Socket) => {
    counters.connections.accepted += 1;
    counters.connections.open += 1;
    const flow = createFlow(counters.connections.accepted, client, {
      group,
      settings,
      now: clock.now,
      forgotten,
      counters,
      onEnd: (ended) => flows.delete(ended),
    });
    flows.add(flow);
    flow.dial();
  };

  // Both directions close on their own (RFC 9293 section 3.6), hence allowHalfOpen.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);

  return {
    counters,
    flows,
    listen: ({ address, port }) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host: address, port, backlog }, () => {
          server.off('error', reject);
          const bound = server.address();
          resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
        });
      }),
    settingsChanged: idle.settingsChanged,
    close: () =>
      new Promise((resolve) => {
        idle.stop();
        server.close(() => resolve());
        for (const flow of [...flows]) flow.letGo('close');
        forgotten.clear();
      }),
  };
}
