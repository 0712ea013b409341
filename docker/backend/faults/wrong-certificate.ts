import { AdminProblem } from '../../lib/admin-problem.ts';
import type { FaultSettings } from '../../protocol/faults.ts';
import type { Fault } from '../fault.ts';

/** Connections that exist are not asked again; new ones see it, and no old session lets one past it. */
export const wrongCertificate: Fault<FaultSettings<'wrong-certificate'>> = {
  layer: 'process',
  apply({ flaw }, { tls }) {
    if (tls === null) {
      const why = 'this backend holds no certificate: give its node `certificates` in the lab';
      throw new AdminProblem('bad-request', why, 'wrong-certificate');
    }
    tls.show(flaw);
    return { undo: () => tls.show(null) };
  },
};
