import type { z } from 'zod';
import { faultScopeSchema } from '../protocol/backend.ts';
import type { FaultScope } from '../protocol/backend.ts';
import { AdminProblem } from '../lib/admin-problem.ts';
import type { Fault } from './fault.ts';
import { createShare } from './share.ts';

/** Which requests or connections a fault takes: paths and methods, then the first so many, then a share of them. */
export interface Scope {
  takesRequest(method: string, path: string): boolean;
  takesConnection(): boolean;
}

export function createScope(scope: FaultScope, ownShare: number, random: () => number): Scope {
  const inShare = createShare(scope.probability * ownShare, random);
  let seen = 0;
  const counted = () => {
    seen += 1;
    return (scope.first === 0 || seen <= scope.first) && inShare();
  };
  return {
    takesRequest: (method, path) =>
      (scope.methods.length === 0 || scope.methods.includes(method)) &&
      (scope.paths.length === 0 || scope.paths.some((prefix) => path.startsWith(prefix))) &&
      counted(),
    takesConnection: counted,
  };
}

const scopeFields = {
  request: { probability: true, paths: true, methods: true, first: true, schedule: true },
  connection: { probability: true, first: true, schedule: true },
  process: { schedule: true },
} as const;

/** The part of a scope that a fault of this layer can keep, for forms. */
export function scopeSchemaFor(layer: Fault<unknown>['layer']): z.ZodType {
  return faultScopeSchema.pick(scopeFields[layer]);
}

/** A scope that could not be kept is refused rather than ignored. */
export function checkScope(scope: FaultScope, layer: Fault<unknown>['layer']): void {
  const refuse = (field: string, why: string) => {
    throw new AdminProblem('bad-request', `scope.${field}: ${why}`, `scope.${field}`);
  };
  if (layer !== 'request') {
    if (scope.paths.length > 0) refuse('paths', 'this fault cannot tell requests apart');
    if (scope.methods.length > 0) refuse('methods', 'this fault cannot tell requests apart');
  }
  if (layer === 'process') {
    if (scope.probability < 1) refuse('probability', 'this fault is of the whole process');
    if (scope.first > 0) refuse('first', 'this fault is of the whole process');
  }
  const { schedule } = scope;
  if (
    schedule !== null &&
    schedule.everyMs > 0 &&
    !(schedule.forMs > 0 && schedule.forMs < schedule.everyMs)
  ) {
    refuse('schedule.everyMs', 'needs a forMs above 0 and below everyMs');
  }
}
