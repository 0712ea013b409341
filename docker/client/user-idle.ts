import type { Connection } from './connection.ts';

/**
 * One user's idle connections. The oldest is the user's own and is always taken first, so that a user stays where the
 * balancer first put him; what rests beside it is left from a busy moment. It rests for a second before it is closed:
 * closing at once would pay for a handshake per request just when there is the least time for one.
 */
export interface UserIdle {
  add(connection: Connection): void;
  take(): Connection | undefined;
  remove(connection: Connection): void;
  /** Closes all. */
  clear(): void;
}

const surplusMs = 1000;

interface Resting {
  readonly connection: Connection;
  timer: NodeJS.Timeout | undefined;
}

export function createUserIdle(close: (connection: Connection) => void): UserIdle {
  const resting: Resting[] = [];

  const release = (index: number): Connection | undefined => {
    const [found] = resting.splice(index, 1);
    clearTimeout(found?.timer);
    return found?.connection;
  };
  const remove = (connection: Connection) => {
    const index = resting.findIndex((each) => each.connection === connection);
    if (index !== -1) release(index);
  };

  return {
    add(connection) {
      resting.push({ connection, timer: undefined });
      if (resting.length === 1) return;
      resting.sort((a, b) => a.connection.number - b.connection.number);
      for (const [index, each] of resting.entries()) {
        if (index > 0) each.timer ??= setTimeout(() => expire(each), surplusMs);
        else if (each.timer !== undefined) {
          clearTimeout(each.timer);
          each.timer = undefined;
        }
      }
    },
    take: () => release(0),
    remove,
    clear() {
      for (let found = release(0); found !== undefined; found = release(0)) close(found);
    },
  };

  function expire(each: Resting): void {
    remove(each.connection);
    close(each.connection);
  }
}
