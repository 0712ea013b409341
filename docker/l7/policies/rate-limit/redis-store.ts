import type { RedisClient } from '../../../lib/redis/redis-client.ts';
import { bucketSize } from './decision.ts';
import type { Decision, LimitStore, Quota } from './decision.ts';

/**
 * The same two ways of counting, in a Redis for several proxies together. Each is one script, which Redis runs whole: two
 * proxies that ask at the same moment cannot both get the last place. The time is Redis's own, so that their clocks
 * need not agree.
 */
export function createRedisStore(redis: Pick<RedisClient, 'script'>): LimitStore {
  return {
    async take(rule, key, quota): Promise<Decision> {
      const full = `limit:${quota.algorithm}:${rule}:${key}`;
      const reply =
        quota.algorithm === 'sliding-window'
          ? await redis.script(windowScript, [full], [String(quota.requests), String(quota.perMs)])
          : await redis.script(bucketScript, [full], bucketArguments(quota));
      const [allowed, remaining, resetMs] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
      if (typeof remaining !== 'number' || typeof resetMs !== 'number') {
        throw new Error('Redis answered a limit with something else');
      }
      return { allowed: allowed === 1, remaining, resetMs };
    },
  };
}

function bucketArguments(quota: Quota): readonly string[] {
  return [String(quota.requests), String(quota.perMs), String(bucketSize(quota))];
}

/** Microseconds: two requests in one millisecond are two. */
const now = "local t = redis.call('TIME') local now = t[1] * 1000000 + t[2] ";

/**
 * A sorted set of the times that were let in. A counter beside each time keeps two of the same microsecond apart; it
 * lives in a field of its own, so that one key is all that the script touches.
 */
const windowScript = `${now}
local key, most, span = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]) * 1000
redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%.0f', now - span))
local count = redis.call('ZCARD', key)
if count < most then
  local mark = string.format('%.0f', now)
  local turn = 0
  while redis.call('ZSCORE', key, mark .. '-' .. turn) do turn = turn + 1 end
  redis.call('ZADD', key, mark, mark .. '-' .. turn)
  redis.call('PEXPIRE', key, math.ceil(span / 1000))
  return {1, most - count - 1, math.ceil(span / 1000)}
end
local next = redis.call('ZRANGE', key, count - most, count - most, 'WITHSCORES')
return {0, 0, math.max(1, math.ceil((next[2] + span - now) / 1000))}`;

const bucketScript = `${now}
local key, most, span, size = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]) * 1000, tonumber(ARGV[3])
local kept = redis.call('HMGET', key, 'tokens', 'at')
local tokens, at = tonumber(kept[1]) or size, tonumber(kept[2]) or now
tokens = math.min(size, tokens + math.max(0, now - at) * most / span)
local allowed = tokens >= 0.999999999
if allowed then tokens = tokens - 1 end
redis.call('HSET', key, 'tokens', string.format('%.12f', tokens), 'at', string.format('%.0f', now))
redis.call('PEXPIRE', key, math.ceil(size * span / most / 1000) + 1000)
if allowed then return {1, math.floor(tokens + 0.000000001), math.ceil((size - tokens) * span / most / 1000)} end
return {0, 0, math.max(1, math.ceil((1 - tokens) * span / most / 1000))}`;
