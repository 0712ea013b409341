import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { heapFlags } from '../../../../../../electron/host/engine/local/memory-guard.ts';

const start = join(import.meta.dirname, '../../../../../../docker/image/start');

describe('how much memory a program may use', () => {
  it('goes by what a container of its size would have, and never below what Node needs', () => {
    expect(heapFlags(160)[0]).toBe('--max-heap-size=120');
    expect(heapFlags(16)[0]).toBe('--max-heap-size=32');
  });

  it('leaves as much room for what is young as a container does', () => {
    const [, young] = heapFlags(160);
    expect(readFileSync(start, 'utf8')).toContain(`exec node ${young} "$program"`);
  });
});
