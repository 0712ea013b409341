import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { FlowKey } from '../balancing/algorithms/algorithm.ts';
import type { Group } from '../balancing/group.ts';
import type { Member } from '../balancing/member.ts';
import type { Pool } from '../balancing/pool.ts';
import { createReadBuffer } from '../lib/read-buffer.ts';
import type { L4Settings } from '../protocol/balancer.ts';

export interface DialHooks {
  onConnected(target: Socket, member: Member): void;
  /** Bytes from the target, once connected; `full` pauses reading until resume(). */
  onBytes(bytes: Uint8Array): Taken;
  /** `refused`: nobody may be used. `failed`: those who might could not be reached. */
  onNoTarget(why: 'refused' | 'failed'): void;
  /** Given only while somebody looks: why this target. */
  readonly onWhy: ((why: string) => void) | undefined;
}

/** What became of bytes handed on: with the kernel, waiting in memory, or waiting and no more wanted. */
export type Taken = 'flushed' | 'pending' | 'full';

export interface Dialling {
  cancel(): void;
}

/** Whom to choose from, and who wants to know how it went. */
export interface DialFrom {
  readonly pool: Pool;
  readonly group: Pick<Group, 'observe'>;
}

/**
 * Finds a target that accepts. Nothing has been sent yet, so trying another one is always safe (lb-spec 10.4); how
 * often is the settings' business. A time-out is ours; a refusal is the target's kernel's.
 */
export function dial(key: FlowKey, from: DialFrom, settings: L4Settings, hooks: DialHooks): Dialling {
  let tried: Set<Member> | undefined;
  let failures = 0;
  let current: Socket | null = null;
  let wait: NodeJS.Timeout | undefined;

  const next = () => {
    const member = from.pool.pick(key, tried, hooks.onWhy);
    if (member === null) hooks.onNoTarget(tried === undefined ? 'refused' : 'failed');
    else attempt(member);
  };

  const attempt = (member: Member) => {
    current = open(member, settings, hooks, (ok) => {
      from.group.observe(member, { ok, latencyMs: null });
      if (!ok) failedAt(member);
    });
  };

  const failedAt = (member: Member) => {
    failures += 1;
    if (failures > settings.connectRetries) {
      hooks.onNoTarget('failed');
    } else if (settings.connectRetryAt === 'same') {
      wait = setTimeout(attempt, settings.connectRetryWaitMs, member);
    } else {
      (tried ??= new Set()).add(member);
      next();
    }
  };

  next();
  return {
    cancel() {
      clearTimeout(wait);
      current?.destroy();
    },
  };
}

function open(member: Member, settings: L4Settings, hooks: DialHooks, done: (ok: boolean) => void): Socket {
  const buffer = createReadBuffer();
  const socket = connect({
    host: member.target.address,
    port: member.target.port,
    allowHalfOpen: true,
    noDelay: true,
    onread: {
      buffer: buffer.next,
      callback(length) {
        const taken = hooks.onBytes(buffer.take(length));
        buffer.written(taken !== 'flushed');
        return taken !== 'full';
      },
    },
  });
  const timer = setTimeout(() => fail(), settings.connectTimeoutMs);
  const fail = () => {
    stopWaiting();
    socket.on('error', () => undefined);
    socket.destroy();
    member.counters.failed += 1;
    done(false);
  };
  const succeed = () => {
    stopWaiting();
    member.counters.opened += 1;
    if (settings.keepAliveMs > 0) socket.setKeepAlive(true, settings.keepAliveMs);
    hooks.onConnected(socket, member);
    done(true);
  };
  const stopWaiting = () => {
    clearTimeout(timer);
    socket.off('connect', succeed);
    socket.off('error', fail);
    socket.off('close', stopWaiting);
  };
  socket.on('connect', succeed);
  socket.on('error', fail);
  socket.on('close', stopWaiting);
  return socket;
}
