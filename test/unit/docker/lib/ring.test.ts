import { describe, expect, it } from 'vitest';
import { createEventRing } from '../../../../docker/lib/event-ring.ts';
import { createRing } from '../../../../docker/lib/ring.ts';

describe('ring', () => {
  it('gives what came after a number, bounded by its capacity', () => {
    const ring = createRing<number>(3);
    expect(ring.after(0)).toEqual([]);
    for (let i = 1; i <= 5; i++) ring.push(i);
    expect(ring.after(0)).toEqual([3, 4, 5]);
    expect(ring.after(3)).toEqual([4, 5]);
    expect(ring.after(5)).toEqual([]);
    expect(ring.after(99)).toEqual([]);
    ring.push(6);
    expect(ring.after(3)).toEqual([4, 5, 6]);
  });

  it('numbers events and tells its listeners', () => {
    const ring = createEventRing(() => 7, 10);
    let heard = 0;
    const stop = ring.subscribe(() => (heard += 1));
    ring.emit({ type: 'reset' });
    stop();
    ring.emit({ type: 'reset' });
    expect(heard).toBe(1);
    expect(ring.after(0)).toEqual([
      { seq: 1, at: 7, type: 'reset' },
      { seq: 2, at: 7, type: 'reset' },
    ]);
  });
});
