import { afterEach, expect, test } from 'vitest';
import { openConnection } from '../../../../docker/client/connection.ts';
import type { AnswerReader, Connection } from '../../../../docker/client/connection.ts';
import type { Ending } from '../../../../docker/client/exchange.ts';
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

async function lostAfter(reusable: boolean): Promise<readonly Connection[]> {
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
      tcpKeepAliveMs: 0,
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
