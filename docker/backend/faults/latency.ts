import type { FaultSettings } from '../../protocol/faults.ts';
import { later } from '../exchange.ts';
import type { Fault } from '../fault.ts';
import { drawLatency } from '../latency-shape.ts';

export const latency: Fault<FaultSettings<'latency'>> = {
  layer: 'request',
  stage: 'delay',
  apply(settings, { random }) {
    // The longest prefix speaks for a path.
    const paths = Object.entries(settings.byPath).sort(([a], [b]) => b.length - a.length);
    const medianOf = (path: string) => paths.find(([prefix]) => path.startsWith(prefix))?.[1] ?? settings.ms;
    return {
      request: (exchange, next) =>
        later(exchange, drawLatency(settings, medianOf(exchange.path), random), next),
    };
  },
};
