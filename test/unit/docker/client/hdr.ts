import { vi } from 'vitest';

/**
 * Node gives a CommonJS module's `exports` as the default import, the test runner its `exports.default`. The class
 * here answers to both, so that the same import works in the test as in the program.
 */
vi.mock('hdr-histogram-js/dist/Int32Histogram.js', async (load) => {
  const loaded = await load<{ default: object }>();
  const found = 'default' in loaded.default ? (loaded.default.default as object) : loaded.default;
  return { default: Object.assign(found, { default: found }) };
});
