import { cache } from './cache.ts';
import { compression } from './compression.ts';
import { limits } from './limits.ts';
import type { PolicyKind } from './policy-kind.ts';
import { routing } from './routing.ts';
import { sticky } from './sticky.ts';

/**
 * Every policy, outermost first: requests pass from the first to the last, answers from the last to the first, and an
 * answer that a policy gives itself passes those before it.
 */
export const policyKinds: readonly PolicyKind[] = [limits, compression, cache, routing, sticky];
