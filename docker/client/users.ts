import { createRandom } from './arrivals/random.ts';

/**
 * Who sends the next request: every user once a round, in an order that is drawn anew for each round. A fixed order
 * would run in step with a balancer's round robin and hand the same user to the same server for ever, which no crowd
 * of real people does.
 */
export interface Turns {
  next(): Turn;
  /** Another number of users, from the next request on. */
  resize(users: number): void;
}

export interface Turn {
  readonly user: number;
  readonly round: number;
}

export function createTurns(users: number, seed: number): Turns {
  const random = createRandom(seed);
  let order = Uint16Array.from({ length: users }, (_, index) => index);
  let at = users;
  let round = -1;

  const shuffle = () => {
    for (let last = order.length - 1; last > 0; last--) {
      const other = Math.floor(random() * (last + 1));
      const kept = order[last] ?? 0;
      order[last] = order[other] ?? 0;
      order[other] = kept;
    }
  };

  return {
    next() {
      if (at >= order.length) {
        shuffle();
        at = 0;
        round += 1;
      }
      const user = order[at] ?? 0;
      at += 1;
      return { user, round };
    },
    resize(count) {
      order = Uint16Array.from({ length: count }, (_, index) => index);
      at = count;
    },
  };
}

export function userName(user: number): string {
  return `u${user + 1}`;
}
