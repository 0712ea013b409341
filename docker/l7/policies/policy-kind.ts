import type { L7Settings } from '../../protocol/balancer.ts';
import type { Policy, Services } from './policy.ts';

/**
 * How a policy comes to be: from the part of the settings that is its own. It lives until that part changes, whatever
 * else does; `null` means off.
 */
export interface PolicyKind {
  readonly key: keyof L7Settings;
  /** `before` is its predecessor, whose state (buckets, a cache) it may take over. */
  create(settings: L7Settings, services: Services, before: Policy | null): Policy | null;
}

/** Types `create` by the key, which a plain list cannot. */
export function kind<K extends keyof L7Settings>(
  key: K,
  create: (own: L7Settings[K], services: Services, before: Policy | null) => Policy | null,
): PolicyKind {
  return { key, create: (settings, services, before) => create(settings[key], services, before) };
}
