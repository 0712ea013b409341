import type { CheckOf } from '../../../labs/checks.ts';
import { finding, passIf } from './finding.ts';
import type { Predicate } from './finding.ts';
import { nodeOf } from './names.ts';
import { policyCounts } from './policy-counts.ts';
import { percent } from './words.ts';

/** What is left of the bytes that a proxy compressed. */
export const compressed: Predicate<CheckOf<'compressed'>> = (check, { evidence }) => {
  const proxy = nodeOf(check.balancer, evidence);
  const expected = `${percent(check.atLeast)} to ${percent(check.atMost)} left of at least ${check.sampleBytes} bytes`;
  const count = policyCounts(evidence, proxy, 'compression');
  if (count === null) return finding('waiting', 'nothing is compressed', expected);
  const bytesIn = count('bytesIn');
  const bytesOut = count('bytesOut');
  const measured = `${bytesOut} left of ${bytesIn} bytes (${percent(bytesOut, bytesIn)})`;
  if (bytesIn < check.sampleBytes) return finding('waiting', measured, expected);
  return passIf(
    bytesOut >= check.atLeast * bytesIn && bytesOut <= check.atMost * bytesIn,
    measured,
    expected,
  );
};
