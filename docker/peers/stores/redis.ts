import * as net from 'node:net';
import { redisConfigSchema, redisSettingsSchema } from '../../protocol/peers/stores.ts';
import { startSystem } from '../system.ts';
import { storeRole } from './store.ts';

const socketPath = '/tmp/redis.sock';

/** Redis as Debian ships it, in memory only: what a crash loses is part of the lesson. */
export const redisRole = storeRole({
  role: 'redis',
  schema: redisConfigSchema,
  settings: redisSettingsSchema,
  start({ listen, settings }) {
    const system = startSystem('redis-server', [
      ...['--bind', listen.address, '--port', String(listen.port), '--unixsocket', socketPath],
      ...['--protected-mode', 'no', '--save', '', '--appendonly', 'no', '--dir', '/tmp'],
      ...['--maxclients', String(settings.maxClients)],
    ]);
    let asked = 0;
    return {
      system,
      endSignal: 'SIGTERM',
      async ask() {
        const info = await say('INFO');
        asked += 1;
        return figuresOf(info, asked);
      },
      apply({ maxClients }) {
        void say(`CONFIG SET maxclients ${maxClients}`).then(
          () => (asked += 1),
          () => undefined,
        );
      },
    };
  },
});

/** `INFO`: one `name:value` a line. What this program has asked itself, on a connection each time, is nobody's load. */
export function figuresOf(info: string, asked: number): Record<string, number> {
  const value = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const keys = [...info.matchAll(/^db\d+:keys=(\d+)/gm)].reduce((sum, match) => sum + Number(match[1]), 0);
  return {
    clients: Math.max(0, value('connected_clients') - 1),
    connections: Math.max(0, value('total_connections_received') - asked),
    commands: Math.max(0, value('total_commands_processed') - (asked - 1)),
    keys,
    hits: value('keyspace_hits'),
    misses: value('keyspace_misses'),
    memoryBytes: value('used_memory'),
  };
}

/** An inline command; the answer is a bulk string (`$length`) or a line. */
function say(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(socketPath, () => socket.write(`${command}\r\n`));
    let received = '';
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      received += text;
      const head = /^\$(\d+)\r\n/.exec(received);
      const whole =
        head === null ? received.endsWith('\r\n') : received.length >= head[0].length + Number(head[1]);
      if (!whole) return;
      socket.destroy();
      resolve(received);
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed without an answer')));
  });
}
