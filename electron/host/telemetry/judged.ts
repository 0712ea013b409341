import type { TargetStats } from '../../../docker/protocol/stats.ts';
import type { ProbeView } from '../../contract/measure.ts';

/** Between a node's first word to the host and its port being open lies a moment in which a probe may still miss it. */
const settlingMs = 250;

/**
 * Has the balancer made up its mind about this target as it is now? Nodes start side by side, so a first probe may find
 * nobody there, and one that then counts passes will change its mind soon. A verdict of unhealthy stands when a probe
 * failed although the target was up by then.
 */
export function isJudged(
  target: Pick<TargetStats, 'state'>,
  lastProbe: Pick<ProbeView, 'at' | 'ok'> | null,
  upAt: number | null,
): boolean {
  if (target.state === 'initial') return false;
  if (target.state !== 'unhealthy') return true;
  return upAt !== null && lastProbe !== null && !lastProbe.ok && lastProbe.at > upAt + settlingMs;
}
