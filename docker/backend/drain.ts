import type { Connections } from './connections.ts';
import type { Listener } from './listener.ts';

/** Leaving in order: no new connections, idle ones are closed, requests in flight are answered, then what is left is cut. */
export interface Drain {
  readonly begun: boolean;
  run(longestMs: number): Promise<void>;
}

const lookEveryMs = 20;

export function createDrain(connections: Connections, listener: Listener): Drain {
  let begun = false;

  const closeIdle = () => {
    let busy = 0;
    for (const connection of connections.all()) {
      if (connection.busy > 0) busy += 1;
      else (connection.secure ?? connection.socket).destroySoon();
    }
    return busy;
  };

  return {
    get begun() {
      return begun;
    },
    async run(longestMs) {
      begun = true;
      listener.close();
      const end = Date.now() + longestMs;
      while (closeIdle() > 0 && Date.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      }
      for (const connection of connections.all()) connection.socket.destroy();
    },
  };
}
