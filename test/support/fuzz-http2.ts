//  mutated frames, cut --> session --> who was served what, and what was said; the same however they are cut
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { l7SettingsSchema } from '../../docker/protocol/balancer.ts';
import { serveHttp2 } from '../../docker/l7/http2/client-session.ts';
import type { Incoming } from '../../docker/l7/front.ts';
import { seeded } from './fuzz.ts';
import { mutatedHttp2 } from './fuzz-http2-bytes.ts';
import { endsByError, unreadable } from './http2-frames.ts';

export interface Http2Tally {
  /** Requests that were passed on, those whose body came whole, and what was refused as none. */
  served: number;
  whole: number;
  refused: number;
  /** Connections that ended by an error. */
  ended: number;
}

interface Heard {
  readonly lines: readonly string[];
  readonly out: Buffer;
}

const settings = l7SettingsSchema.parse({
  targets: [],
  http: { headBytes: 4096, fields: 20, bodyBytes: 100_000 },
  http2: { streams: 8, resetsAtOnce: 20, resetsPerSecond: 1 },
});
const peer = { address: '192.0.2.1', port: 1, localAddress: '192.0.2.2', localPort: 2, tls: null };

/**
 * Whatever the bytes: the session serves, refuses and says the same of them as a whole, byte by byte, and cut once at each
 * place; it throws nothing, and what it says can be read. Its socket is a stream in memory, so that a million take minutes.
 */
export async function fuzzHttp2(count: number, seed: number): Promise<Http2Tally> {
  const random = seeded(seed);
  const tally: Http2Tally = { served: 0, whole: 0, refused: 0, ended: 0 };
  for (let turn = 0; turn < count; turn++) {
    const bytes = mutatedHttp2(random);
    const fail = (what: string) => new Error(`${what}\n${bytes.toString('hex')}, seed ${seed}, turn ${turn}`);
    const whole = await converse([bytes]);
    const compare = async (pieces: readonly Buffer[], how: string) => {
      const other = await converse(pieces);
      if (other.lines.join('\n') === whole.lines.join('\n')) return;
      throw fail(`${how}:\n${other.lines.join('\n')}\nas a whole:\n${whole.lines.join('\n')}`);
    };
    const at = Math.floor(random() * (bytes.length + 1));
    await compare([bytes.subarray(0, at), bytes.subarray(at)], `cut at ${at}`);
    if (turn % 8 === 0) {
      await compare(
        Array.from(bytes, (_, index) => bytes.subarray(index, index + 1)),
        'byte by byte',
      );
    }
    const problem = unreadable(whole.out);
    if (problem !== null) throw fail(problem);
    for (const line of whole.lines) {
      if (line.startsWith('serve')) tally.served += 1;
      if (line.startsWith('whole')) tally.whole += 1;
      if (line.startsWith('refuse')) tally.refused += 1;
    }
    if (endsByError(whole.out)) tally.ended += 1;
  }
  return tally;
}

/** One connection from its first byte to its last. */
async function converse(pieces: readonly Buffer[]): Promise<Heard> {
  const lines: string[] = [];
  const out: Buffer[] = [];
  const socket = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _, done) {
      out.push(Buffer.from(chunk));
      done();
    },
  });
  const stands = () => !socket.destroyed && !socket.writableEnded;
  serveHttp2(socket as unknown as Socket, peer, Buffer.alloc(0), {
    settings: () => settings,
    refused: ({ status, reason }) => lines.push(`refuse ${status} ${reason}`),
    serve: (incoming) => serve(incoming, (line) => lines.push(line)),
  });
  for (const piece of pieces) if (stands()) socket.emit('data', piece);
  // What is written at the end of a turn is written by now.
  await new Promise((resolve) => setImmediate(resolve));
  const gone = new Promise((resolve) => socket.once('close', resolve));
  socket.destroy();
  await gone;
  return { lines, out: Buffer.concat(out) };
}

/** In the exchange's place: answers when it has heard all, or what is wrong. */
function serve(incoming: Incoming, say: (line: string) => void): void {
  const { head, respond, upgrade } = incoming;
  // The key of a WebSocket is drawn anew each time.
  const fields = head.fields.filter(([name]) => name !== 'Sec-WebSocket-Key').flat();
  const name = `${head.method} ${head.authority}${head.target} ${fields.join(' ')}`;
  say(`serve ${name} ${String(upgrade)}`);
  const digest = createHash('sha1');
  let over = false;
  const answer = (status: number) => {
    if (over) return;
    over = true;
    respond.head({
      status,
      fields: [
        ['content-length', '2'],
        ['Server', 'fuzz'],
      ],
    });
    respond.write(Buffer.from('ok'));
    respond.end([]);
  };
  incoming.watch({
    gone: () => void (over = true),
    failed(cause) {
      say(`failed ${cause} ${name}`);
      answer(400);
    },
    finished: () => undefined,
  });
  incoming.feed({
    write(chunk) {
      digest.update(chunk);
      return true;
    },
    end(trailers) {
      say(`whole ${name} ${digest.digest('hex')} ${trailers.flat().join(' ')}`);
      answer(200);
    },
    abort: () => undefined,
    onDrain: () => undefined,
  });
}
