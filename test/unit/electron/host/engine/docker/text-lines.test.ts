import { describe, expect, it } from 'vitest';
import { textLines } from '../../../../../../electron/host/engine/docker/text-lines.ts';

describe('textLines', () => {
  it('keeps lines and characters whole wherever the bytes are cut', () => {
    const bytes = Buffer.from('zwölf €\n\nthree\nrest');
    for (let cut = 0; cut <= bytes.length; cut++) {
      const lines: string[] = [];
      const split = textLines((line) => lines.push(line));
      split.add(bytes.subarray(0, cut));
      split.add(bytes.subarray(cut));
      expect(lines).toEqual(['zwölf €', '', 'three']);
      split.end();
      expect(lines.at(-1)).toBe('rest');
    }
  });

  it('does not gather without bound what never ends a line', () => {
    const lines: string[] = [];
    const split = textLines((line) => lines.push(line));
    for (let i = 0; i < 100; i++) split.add(Buffer.alloc(1000, 'x'));
    expect(lines.length).toBeGreaterThan(4);
    expect(lines.every((line) => line.length < 20_000)).toBe(true);
  });
});
