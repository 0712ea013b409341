import { afterEach, expect, it } from 'vitest';
import { requestFuzzer } from '../../../../support/fuzz-requests.ts';
import { fuzzSplits } from '../../../../support/fuzz-splits.ts';
import { cleanUp } from '../rig.ts';

afterEach(cleanUp);

// `npm run soak -- requests` does the same for as long as one likes, with other seeds.

it('reads mutated requests alike, however they are cut', { timeout: 120_000 }, () => {
  const { read, refused, waiting } = fuzzSplits(5000, 20_261);
  for (const some of [read, refused, waiting]) expect(some).toBeGreaterThan(300);
});

it('what the proxy judged is what the target saw, and nothing else', { timeout: 120_000 }, async () => {
  const { run } = await requestFuzzer();
  const { judged, seen, refused } = await run(3000, 20_261);
  expect(judged).toBeGreaterThan(500);
  expect(seen).toBeGreaterThan(300);
  expect(refused).toBeGreaterThan(500);
});
