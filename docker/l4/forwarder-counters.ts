import type { BlockCause, FlowEnd } from '../protocol/stats.ts';
import { blockCauses, flowEnds } from '../protocol/stats.ts';

/** What a forwarder counts: connections, bytes, and how connections ended. Cumulative but for `open`. */
export interface ForwarderCounters {
  readonly connections: { accepted: number; open: number; refused: number; failed: number };
  readonly bytes: { received: number; sent: number };
  readonly ended: Readonly<Record<FlowEnd, number>>;
  readonly blocked: Readonly<Record<BlockCause, number>>;
  end(how: FlowEnd | BlockCause): void;
}

export function createForwarderCounters(): ForwarderCounters {
  const ended = zeros(flowEnds);
  const blocked = zeros(blockCauses);
  return {
    connections: { accepted: 0, open: 0, refused: 0, failed: 0 },
    bytes: { received: 0, sent: 0 },
    ended,
    blocked,
    end(how) {
      if (how in ended) ended[how as FlowEnd] += 1;
      else blocked[how as BlockCause] += 1;
    },
  };
}

function zeros<K extends string>(names: readonly K[]): Record<K, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;
}
