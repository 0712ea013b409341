import { expect, it } from 'vitest';
import { fuzzHttp2 } from '../../../../support/fuzz-http2.ts';
import { fuzzHttp2Answers } from '../../../../support/fuzz-http2-answers.ts';

// `npm run soak -- requests` does the same for as long as one likes, with other seeds.

it(
  'serves, refuses and says the same of mutated frames, however they are cut',
  { timeout: 120_000 },
  async () => {
    const { served, whole, refused, ended } = await fuzzHttp2(600, 9113);
    for (const some of [served, whole, refused, ended]) expect(some).toBeGreaterThan(60);
  },
);

it(
  'hears the same of mutated answers, however they are cut, and each request hears an answer or a failure',
  { timeout: 120_000 },
  async () => {
    const { whole, failed, ended } = await fuzzHttp2Answers(600, 9114);
    for (const some of [whole, failed, ended]) expect(some).toBeGreaterThan(60);
  },
);
