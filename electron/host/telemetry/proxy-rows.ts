import type { CacheStats, WafStats } from '../../../docker/protocol/l7/policy-stats.ts';
import type { BalancerStats } from '../../../docker/protocol/stats.ts';
import type { CacheContents, WafRow } from '../../contract/policies.ts';

/** Pure, both: what a proxy's policies say beside their counts, as rows. */
export function wafRows({ policies }: BalancerStats): readonly WafRow[] | null {
  const stats = policies?.waf as unknown as WafStats | undefined;
  return stats?.found ?? null;
}

export function cacheContents({ policies }: BalancerStats): CacheContents | null {
  const stats = policies?.cache as unknown as CacheStats | undefined;
  return stats === undefined ? null : { objects: stats.objects, bytes: stats.bytes, stored: stats.stored };
}
