/** Who misses what somebody is asking for already waits for that answer instead of asking, too. */
export interface Flights {
  /** Done when the answer is stored, or will not be. Null: nobody is asking, or it would be in vain. */
  underWay(key: string): Promise<null> | null;
  /** From now on others wait; call what is returned once it is decided, with true if it cannot be stored. Null where somebody asks already. */
  begin(key: string): ((vain: boolean) => void) | null;
}

const mostRemembered = 10_000;

/**
 * `vainMs`: an answer that could not be stored will not be next time either, and whoever waits for it waits in a queue of
 * one after another. For so long nobody does.
 */
export function createFlights(now: () => number, vainMs = 10_000): Flights {
  const flights = new Map<string, Promise<null>>();
  const vain = new Map<string, number>();
  return {
    underWay(key) {
      if ((vain.get(key) ?? 0) > now()) return null;
      return flights.get(key) ?? null;
    },
    begin(key) {
      if (flights.has(key)) return null;
      const { promise, resolve } = Promise.withResolvers<null>();
      flights.set(key, promise);
      let over = false;
      return (inVain) => {
        if (over) return;
        over = true;
        flights.delete(key);
        vain.delete(key);
        if (vain.size >= mostRemembered) vain.clear();
        if (inVain) vain.set(key, now() + vainMs);
        resolve(null);
      };
    },
  };
}
