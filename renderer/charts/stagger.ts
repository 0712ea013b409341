/** One draw a frame: eight charts at once would miss frames, one after another do not. */
export interface Stagger {
  ask(draw: () => void): void;
}

export function createStagger(): Stagger {
  const waiting = new Set<() => void>();
  let frame = 0;
  const step = (): void => {
    frame = 0;
    const next = waiting.values().next();
    if (next.done === true) return;
    waiting.delete(next.value);
    next.value();
    if (waiting.size > 0) frame = requestAnimationFrame(step);
  };
  return {
    ask(draw) {
      waiting.add(draw);
      if (frame === 0) frame = requestAnimationFrame(step);
    },
  };
}
