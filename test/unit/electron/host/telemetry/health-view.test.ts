import { describe, expect, it } from 'vitest';
import { predict } from '../../../../../docker/protocol/prediction.ts';
import type { ProgramEvent } from '../../../../../docker/protocol/events.ts';
import type { ActOfHand } from '../../../../../electron/host/checks/evidence.ts';
import { healthOf } from '../../../../../electron/host/telemetry/health-view.ts';
import { balancerStats, targetStats } from '../../../../support/stats.ts';

const left = (at: number): ProgramEvent & { type: 'health' } => ({
  seq: 1,
  at,
  type: 'health',
  target: 'backend-1',
  from: 'healthy',
  to: 'unhealthy',
  reason: '',
  code: 'L7RSP',
});

/** What the row of backend-1 says of its eviction at 10 s, after what hands had done. */
function measured(acts: readonly ActOfHand[]) {
  const { rows } = healthOf({
    balancer: 'balancer',
    stats: balancerStats({ targets: { 'backend-1': targetStats({ state: 'unhealthy' }) } }),
    settings: { persona: null, targets: [] },
    scale: 1,
    prediction: predict({}),
    probes: new Map(),
    transitions: [left(10_000)],
    acts,
    client: () => null,
  });
  return rows[0]?.measured ?? null;
}

const settings = (node: string, at: number): ActOfHand => ({ kind: 'settings', node, at, paths: ['x'] });

describe('an eviction is measured from what was last done', () => {
  it.each<[string, ActOfHand, string]>([
    ['a new check', settings('balancer', 8000), 'new settings of balancer'],
    [
      'new settings of the target, such as a version',
      settings('backend-1', 8000),
      'new settings of backend-1',
    ],
    [
      'a fault of the target',
      { kind: 'fault', node: 'backend-1', at: 8000, fault: 'refuse', on: true },
      'fault on backend-1',
    ],
    ['its power', { kind: 'power', node: 'backend-1', at: 8000, action: 'kill' }, 'kill of backend-1'],
  ])('%s', (_, act, from) => {
    expect(measured([settings('balancer', 1000), act])).toMatchObject({ what: 'evicted', ms: 2000, from });
  });

  it('and not from what was done elsewhere, later, or by looking', () => {
    const acts: readonly ActOfHand[] = [
      settings('balancer', 8000),
      settings('backend-2', 9000),
      { kind: 'command', node: 'backend-1', at: 9500, text: 'curl', output: '' },
      settings('backend-1', 11_000),
    ];
    expect(measured(acts)).toMatchObject({ ms: 2000, from: 'new settings of balancer' });
    expect(measured([settings('backend-2', 9000)])).toBeNull();
  });
});
