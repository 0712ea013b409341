import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { createReplyReader, RedisRefusal, spell } from './resp.ts';
import type { Reply } from './resp.ts';

/** command --> one connection, in order --> reply      opened by the first command, and again by the next after a loss */
export interface RedisClient {
  command(...parts: readonly string[]): Promise<Reply>;
  /** A script runs whole, with nothing of anybody else's in between; Redis is sent its text once. */
  script(text: string, keys: readonly string[], args: readonly string[]): Promise<Reply>;
  close(): void;
}

export interface RedisPlace {
  readonly address: string;
  readonly port: number;
}

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** More than that in flight means that Redis does not keep up; waiting longer would not help. */
const mostWaiting = 10_000;

export function createRedisClient({ address, port }: RedisPlace, timeoutMs: number): RedisClient {
  let link: Link | null = null;

  const command = (...parts: readonly string[]): Promise<Reply> =>
    new Promise((resolve, reject) => {
      if (link === null || link.over) link = open();
      const current = link;
      if (current.waiting.length >= mostWaiting) {
        reject(new Error(`${mostWaiting} commands are waiting for Redis`));
        return;
      }
      // A reply that comes late would be taken for the next one's: the connection ends with the patience.
      const timer = setTimeout(
        () => current.end(new Error(`Redis: no answer within ${timeoutMs} ms`)),
        timeoutMs,
      );
      const settle = (act: () => void) => {
        clearTimeout(timer);
        act();
      };
      current.waiting.push({
        resolve: (reply) => settle(() => (reply instanceof RedisRefusal ? reject(reply) : resolve(reply))),
        reject: (error) => settle(() => reject(error)),
      });
      current.socket.write(spell(parts));
    });

  const open = (): Link => openLink(connect({ host: address, port, noDelay: true, autoSelectFamily: false }));

  return {
    command,
    async script(text, keys, args) {
      const rest = [String(keys.length), ...keys, ...args];
      try {
        return await command('EVALSHA', createHash('sha1').update(text).digest('hex'), ...rest);
      } catch (error) {
        if (!(error instanceof RedisRefusal) || !error.message.startsWith('NOSCRIPT')) throw error;
        return await command('EVAL', text, ...rest);
      }
    },
    close: () => link?.end(new Error('closed')),
  };
}

interface Link {
  readonly socket: Socket;
  readonly waiting: Waiting[];
  readonly over: boolean;
  end(why: Error): void;
}

function openLink(socket: Socket): Link {
  const reader = createReplyReader();
  const waiting: Waiting[] = [];
  let over = false;
  const end = (why: Error) => {
    if (over) return;
    over = true;
    socket.destroy();
    for (const one of waiting.splice(0)) one.reject(why);
  };
  socket.on('data', (bytes: Buffer) => {
    try {
      for (const reply of reader.feed(bytes)) waiting.shift()?.resolve(reply);
    } catch (error) {
      end(error instanceof Error ? error : new Error(String(error)));
    }
  });
  socket.on('error', (error) => end(new Error(`Redis: ${error.message}`)));
  socket.on('close', () => end(new Error('Redis closed the connection')));
  return {
    socket,
    waiting,
    get over() {
      return over;
    },
    end,
  };
}
