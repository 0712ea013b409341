import { AdminProblem } from '../lib/admin-problem.ts';
import type { L4Settings } from '../protocol/balancer.ts';
import type { Front } from './plane.ts';

/** What direct return cannot do without, and cannot do. */
export function refuseShared(front: Front, { plane, algorithm, targets, kernel }: L4Settings): void {
  if (!front.virtual)
    throw refused(plane, 'needs a virtual address that its targets hold, too', 'kernel.virtualAddress');
  const other = targets.find(({ port }) => port !== front.port);
  if (other !== undefined)
    throw refused(plane, `rewrites no port: ${other.id} must listen on ${front.port}, too`, 'targets');
  if (!hashing.has(algorithm))
    throw refused(
      plane,
      'chooses for each packet anew, so only a hash keeps a connection together',
      'algorithm',
    );
  if (kernel.masquerade)
    throw refused(plane, 'rewrites no address, so nothing is masqueraded', 'kernel.masquerade');
}

const hashing = new Set<L4Settings['algorithm']>([
  'flow-hash',
  'source-hash',
  'modulo-hash',
  'maglev',
  'ring-hash',
]);

export function refused(plane: string, why: string, where: string): AdminProblem {
  return new AdminProblem('bad-request', `${plane} ${why}`, where);
}
