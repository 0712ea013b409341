import type { Cause } from './failure.ts';
import type { Answer } from './policies/policy.ts';

/** The proxy's own answer where no target's can be had. */
export function ownAnswer(status: number, cause: Cause): Answer {
  return {
    status,
    fields: [['content-type', 'text/plain']],
    body: `${status}: the proxy answers, not a target (${cause})\n`,
  };
}
