import { randomUUID } from 'node:crypto';

/**
 * Ids for requests that came without one, in the form of UUIDs: the first half and more is random and tells this process
 * from any other, the last group counts. Random digits for each request would cost ten times as much.
 */
export function requestIds(): () => string {
  const own = randomUUID().slice(0, -groupLength);
  let count = 0;
  return () => {
    count += 1;
    return own + count.toString(16).padStart(groupLength, '0');
  };
}

const groupLength = 12;
