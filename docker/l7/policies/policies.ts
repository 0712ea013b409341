import { cache } from './cache.ts';
import { compression } from './compression.ts';
import { forwarded } from './forwarded.ts';
import { limits } from './limits.ts';
import type { PolicyKind } from './policy-kind.ts';
import { requestHash } from './request-hash.ts';
import { routing } from './routing.ts';
import { sticky } from './sticky.ts';
import { tokens } from './tokens.ts';
import { tracing } from './tracing.ts';
import { transcode } from './transcode.ts';
import { waf } from './waf.ts';

/**
 * Every policy, outermost first: requests pass from the first to the last, answers from the last to the first, and an
 * answer that a policy gives itself passes those before it.
 */
export const policyKinds: readonly PolicyKind[] = [
  tracing,
  forwarded,
  tokens,
  limits,
  waf,
  compression,
  cache,
  requestHash,
  transcode,
  routing,
  sticky,
];
