import { join } from 'node:path';
import { startSubject } from '../subject.ts';
import type { Balancer } from './balancer.ts';

/** What Node's sockets cost with nothing built on them. */
export function bareSplice(): Balancer {
  const name = 'a bare Node splice';
  return {
    name,
    start: ({ port, targets }) =>
      startSubject({
        name,
        port,
        args: () => [
          process.execPath,
          join(import.meta.dirname, 'bare-splice.ts'),
          String(port),
          JSON.stringify(targets),
        ],
      }),
  };
}
