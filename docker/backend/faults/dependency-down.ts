import type { FaultSettings } from '../../protocol/faults.ts';
import { AdminProblem } from '../../lib/admin-problem.ts';
import type { Fault } from '../fault.ts';

export const dependencyDown: Fault<FaultSettings<'dependency-down'>> = {
  layer: 'process',
  apply({ name, how }, { dependencies }) {
    const names = dependencies.names();
    if (!names.includes(name)) {
      const there = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
      throw new AdminProblem(
        'bad-request',
        `this backend has no dependency "${name}"; ${there}`,
        'settings.name',
      );
    }
    return { undo: dependencies.fail(name, how) };
  },
};
