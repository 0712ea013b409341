//  bytes of a target, cut --> session --> what became of each request, and what the target was told
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { BackListener, Outgoing } from '../../docker/l7/back.ts';
import type { Field } from '../../docker/l7/message.ts';
import type { Sink } from '../../docker/l7/sink.ts';
import { openTargetSession } from '../../docker/l7/http2/target-session.ts';
import type { TargetSession } from '../../docker/l7/http2/target-session.ts';
import { l7SettingsSchema } from '../../docker/protocol/balancer.ts';
import type { L7Patch } from '../../docker/protocol/balancer.ts';

export interface Conversation {
  /** A line for each thing heard, by request. */
  readonly heard: readonly (readonly string[])[];
  /** Without our preface. */
  readonly out: Buffer;
  /** Why the session said that the target is to blame. */
  readonly broken: string | null;
}

export interface Asked extends Partial<Outgoing> {
  readonly method?: string;
  readonly fields?: readonly Field[];
  /** Its body, which is not ended where it is `open`. */
  readonly body?: string;
  readonly open?: boolean;
}

const prefaceBytes = 24;

/**
 * A session whose socket is a stream in memory, so that each cut of the target's bytes is exactly that: the requests are
 * sent as soon as the target has greeted, as a pool does it, and streams 1, 3, 5 and so on are theirs.
 */
export async function converse(
  pieces: readonly Buffer[],
  requests: readonly Asked[] = [{}],
  patch: L7Patch = {},
): Promise<Conversation> {
  const settings = l7SettingsSchema.parse({ targets: [], ...patch });
  const out: Buffer[] = [];
  const socket = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _, done) {
      out.push(Buffer.from(chunk));
      done();
    },
  });
  const lines = requests.map((): string[] => []);
  let broken: string | null = null;
  const session: TargetSession = openTargetSession(socket as unknown as Socket, {
    place: { scheme: 'http', authority: '192.0.2.1:80' },
    tls: null,
    settings: () => settings,
    greeted() {
      requests.forEach((asked, index) => {
        if (session.room) ask(session, asked, lines[index] ?? []);
      });
    },
    changed: () => undefined,
    broken: (cause) => (broken ??= cause),
  });
  const stands = () => !socket.destroyed && !socket.writableEnded;
  for (const piece of pieces) if (stands()) socket.emit('data', piece);
  // What is written at the end of a turn is written by now.
  await new Promise((resolve) => setImmediate(resolve));
  socket.destroy();
  const heard = lines.map((said) => [...said]);
  session.gone('closed-early');
  return { heard, out: Buffer.concat(out).subarray(prefaceBytes), broken };
}

function ask(session: TargetSession, asked: Asked, lines: string[]): void {
  const { method = 'GET', fields = [], body, open, ...rest } = asked;
  const outgoing: Outgoing = {
    head: { method, scheme: 'http', authority: 'a', target: '/', version: '1.1', fields },
    hasBody: body !== undefined,
    upgrade: null,
    trailers: false,
    suspect: false,
    fresh: false,
    ...rest,
  };
  const sinks: Sink[] = [];
  session.send(
    outgoing,
    listener(lines, (given) => sinks.push(given)),
  );
  const [sink] = sinks;
  if (body === undefined || sink === undefined) return;
  sink.write(Buffer.from(body));
  if (open !== true) sink.end([]);
}

/** Its pieces count for nothing, since they are cut as the bytes are. */
function listener(lines: string[], take: (sink: Sink) => void): BackListener {
  const digest = createHash('sha1');
  let bytes = 0;
  return {
    connected: take,
    informational: ({ status, fields }) => void lines.push(`${status} ${inWords(fields)}`.trim()),
    head: ({ status, fields }) => void lines.push(`head ${status} ${inWords(fields)}`.trim()),
    data(chunk) {
      bytes += chunk.length;
      digest.update(chunk);
      return true;
    },
    flushed: () => true,
    end: (trailers) =>
      void lines.push(`end ${bytes} ${inWords(trailers)} ${digest.digest('hex').slice(0, 8)}`),
    failed: (cause, harm) => void lines.push(`failed ${cause} ${harm}`),
  };
}

function inWords(fields: readonly Field[]): string {
  return fields.map(([name, value]) => `${name}=${value}`).join(' ');
}
