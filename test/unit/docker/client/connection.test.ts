import { readFile } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import { openConnection } from '../../../../docker/client/connection.ts';
import type { AnswerReader, Connection } from '../../../../docker/client/connection.ts';
import type { Ending } from '../../../../docker/client/exchange.ts';
import { waitUntil } from '../../../support/wait.ts';
import { answer, startServer } from './rig.ts';
import type { TestServer } from './rig.ts';

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** One answer is whole with its first byte; whether the connection may go on is the test's choice. */
function reader(reusable: boolean): AnswerReader {
  let progress: AnswerReader['progress'] = 'nothing';
  return {
    feed: () => ((progress = 'head'), true),
    end: () => false,
    get progress() {
      return progress;
    },
    answer: () => ({ status: '200', ok: true, server: null, reusable, idleMs: 5000 }),
  };
}

async function lostAfter(
  reusable: boolean,
  tcpKeepAliveMs = 0,
  look: (connection: Connection) => Promise<void> = () => Promise.resolve(),
): Promise<readonly Connection[]> {
  const server = await startServer((socket) => socket.write(answer()));
  servers.push(server);
  const lost: Connection[] = [];
  const wire = { opened: 0, open: 0, failed: 0, reused: 0, sent: 0, received: 0 };
  const limits = { connectTimeoutMs: 5000, firstByteTimeoutMs: 5000, totalTimeoutMs: 5000 };
  const connection = openConnection(
    {
      address: '127.0.0.1',
      port: server.port,
      source: undefined,
      tcpKeepAliveMs,
      secure: null,
      keep: () => true,
      lost: (self) => lost.push(self),
    },
    wire,
  );
  await new Promise<Ending>((done) => {
    connection.exchange({
      head: 'GET / HTTP/1.1\r\nhost: x\r\n\r\n',
      body: null,
      reader: reader(reusable),
      limits,
      done,
    });
  });
  await look(connection);
  const result = [...lost];
  connection.destroy();
  return result;
}

test('regression: a connection that carries no other request is let go of, not held for ever', async () => {
  expect(await lostAfter(false)).toHaveLength(1);
});

test('a connection that is kept is not reported lost', async () => {
  expect(await lostAfter(true)).toHaveLength(0);
});

/** Linux says which timer a socket of ours runs: 02 is the one of keepalive. */
async function timerOf({ name }: Connection): Promise<string | undefined> {
  const port = Number(name.split(':').at(-1)).toString(16).toUpperCase().padStart(4, '0');
  const lines = (await readFile('/proc/net/tcp', 'utf8')).split('\n');
  const line = lines.find((one) => one.trim().split(/\s+/)[1]?.endsWith(`:${port}`) === true);
  return line?.trim().split(/\s+/)[5]?.slice(0, 2);
}

test.skipIf(process.platform !== 'linux')(
  'TCP keepalive runs where it is asked for, and not otherwise',
  async () => {
    const timers: (string | undefined)[] = [];
    const look = async (connection: Connection) => {
      // Until the last segment is acknowledged the timer is that of retransmission.
      await waitUntil(async () => (await timerOf(connection)) !== '01', 15_000, 'an acknowledgement');
      timers.push(await timerOf(connection));
    };
    await lostAfter(true, 60_000, look);
    await lostAfter(true, 0, look);
    expect(timers).toEqual(['02', '00']);
  },
);
