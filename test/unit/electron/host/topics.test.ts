import { describe, expect, it } from 'vitest';
import { TopicHub } from '../../../../electron/host/topics.ts';

function hubWithCounter(): { hub: TopicHub; made: () => number; set: (n: number) => void } {
  const hub = new TopicHub();
  let value = 0;
  let made = 0;
  hub.provide('controls', 5, () => {
    made++;
    return { version: value, nodes: {} };
  });
  return { hub, made: () => made, set: (n) => (value = n) };
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 30));

describe('TopicHub', () => {
  it('gives a subscriber the present value at once', () => {
    const { hub, set } = hubWithCounter();
    set(7);
    const seen: number[] = [];
    hub.subscribe('controls', '', (value) => seen.push(value.version));
    expect(seen).toEqual([7]);
  });

  it('gives the newest value once after a burst', async () => {
    const { hub, set } = hubWithCounter();
    const seen: number[] = [];
    hub.subscribe('controls', '', (value) => seen.push(value.version));
    for (let n = 1; n <= 50; n++) {
      set(n);
      hub.touch('controls');
    }
    await soon();
    expect(seen).toEqual([0, 50]);
  });

  it('makes no value for nobody', async () => {
    const { hub, made } = hubWithCounter();
    hub.subscribe('controls', '', () => undefined)();
    const before = made();
    hub.touch('controls');
    await soon();
    expect(made()).toBe(before);
  });
});
