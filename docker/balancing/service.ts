import type { TargetStats } from '../protocol/stats.ts';

export interface ServiceSettings {
  readonly whenAllDown: 'fail-open' | 'refuse';
  readonly panicThreshold: number;
}

export interface ServiceMember {
  readonly state: TargetStats['state'];
}

/**
 * Whom may traffic reach? `normal`: the healthy. `fail-open`: everyone that is not leaving, because nobody, or in
 * Envoy's panic too few, are healthy. `refuse`: nobody.
 *
 * At the start nobody has been judged yet; that is no reason to fail open: a balancer waits for the first pass.
 */
export function serviceMode(
  members: readonly ServiceMember[],
  settings: ServiceSettings,
): 'normal' | 'fail-open' | 'refuse' {
  const staying = members.filter(({ state }) => state !== 'draining' && state !== 'unused');
  const healthy = staying.filter(({ state }) => state === 'healthy').length;
  const anyUnhealthy = staying.some(({ state }) => state === 'unhealthy');
  if (!anyUnhealthy) return healthy > 0 ? 'normal' : 'refuse';
  if (healthy / staying.length < settings.panicThreshold) return 'fail-open';
  if (healthy > 0) return 'normal';
  return settings.whenAllDown;
}

export function mayServe(state: TargetStats['state'], mode: ReturnType<typeof serviceMode>): boolean {
  if (mode === 'normal') return state === 'healthy';
  return mode === 'fail-open' && state !== 'draining' && state !== 'unused';
}
