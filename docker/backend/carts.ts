import { randomUUID } from 'node:crypto';
import { createRedisClient } from '../lib/redis/redis-client.ts';
import type { RedisClient, RedisPlace } from '../lib/redis/redis-client.ts';

/**
 * A cart by its session: in this process, and gone with it, or in a Redis, where every backend finds it. A cart that is
 * still in memory when a store is set moves there with its next request.
 */
export interface Carts {
  /** One more item. Null: there is no such cart, here or in the store. */
  add(session: string): Promise<number | null>;
  /** A new cart with one item. */
  begin(): Promise<string>;
  setStore(store: RedisPlace | null): void;
  close(): void;
}

/** Whoever was not seen for longest is forgotten first. */
const mostCarts = 10_000;
const storeTimeoutMs = 1000;
const keepSeconds = '3600';

const addScript =
  "if redis.call('EXISTS', KEYS[1]) == 1 then return redis.call('INCR', KEYS[1]) end return -1";

export function createCarts(): Carts {
  const own = new Map<string, number>();
  let place: RedisPlace | null = null;
  let store: RedisClient | null = null;

  const keep = (session: string, items: number) => {
    own.delete(session);
    own.set(session, items);
    const [oldest] = own.keys();
    if (own.size > mostCarts && oldest !== undefined) own.delete(oldest);
  };

  const addInStore = async (redis: RedisClient, session: string): Promise<number | null> => {
    const items = own.get(session);
    if (items !== undefined) {
      await redis.command('SET', keyOf(session), String(items), 'EX', keepSeconds, 'NX');
      own.delete(session);
    }
    const left = await redis.script(addScript, [keyOf(session)], []);
    return typeof left === 'number' && left > 0 ? left : null;
  };

  return {
    async add(session) {
      if (store !== null) return await addInStore(store, session);
      const items = own.get(session);
      if (items === undefined) return null;
      keep(session, items + 1);
      return items + 1;
    },
    async begin() {
      const session = randomUUID();
      if (store === null) keep(session, 1);
      else await store.command('SET', keyOf(session), '1', 'EX', keepSeconds);
      return session;
    },
    setStore(next) {
      if (next?.address === place?.address && next?.port === place?.port) return;
      store?.close();
      place = next;
      store = next === null ? null : createRedisClient(next, storeTimeoutMs);
    },
    close: () => store?.close(),
  };
}

function keyOf(session: string): string {
  return `cart:${session}`;
}
