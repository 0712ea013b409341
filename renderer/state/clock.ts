import { createSubscriber } from 'svelte/reactivity';

/** The present, four times a second, only while something on screen counts down and the window is seen. */
export function createClock(): { readonly now: number } {
  const use = createSubscriber((update) => {
    const timer = setInterval(() => {
      if (!document.hidden) update();
    }, 250);
    return () => clearInterval(timer);
  });
  return {
    get now() {
      use();
      return Date.now();
    },
  };
}
