import { expect, it } from 'vitest';
import { fuzzHttp2 } from '../../../../support/fuzz-http2.ts';

// `npm run soak -- requests` does the same for as long as one likes, with other seeds.

it(
  'serves, refuses and says the same of mutated frames, however they are cut',
  { timeout: 120_000 },
  async () => {
    const { served, whole, refused, ended } = await fuzzHttp2(600, 9113);
    for (const some of [served, whole, refused, ended]) expect(some).toBeGreaterThan(60);
  },
);
