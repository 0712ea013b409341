import { expect, it } from 'vitest';
import { cacheContents, wafRows } from '../../../../../electron/host/telemetry/proxy-rows.ts';
import { balancerStats } from '../../../../support/stats.ts';

it('tells a policy that is off from one that has nothing to say', () => {
  const on = balancerStats({ policies: { waf: { found: [] }, cache: { objects: 0, bytes: 0, stored: [] } } });
  expect([wafRows(on), cacheContents(on)]).toEqual([[], { objects: 0, bytes: 0, stored: [] }]);
  expect([wafRows(balancerStats()), cacheContents(balancerStats())]).toEqual([null, null]);
});
