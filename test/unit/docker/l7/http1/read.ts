import { Reader } from '../../../../../docker/l7/http1/reader.ts';
import { isProblem } from '../../../../../docker/l7/http1/problem.ts';
import { parseRequestHead } from '../../../../../docker/l7/http1/request-head.ts';
import { httpSchema } from '../../../../../docker/protocol/l7/http.ts';
import type { HttpSettings } from '../../../../../docker/protocol/l7/http.ts';

export interface Read {
  readonly messages: { line: string; fields: string[]; body: string; trailers: string[]; desync: string[] }[];
  /** What ended the reading: the status and the first word of the reason. */
  problem: string | null;
  midway: boolean;
}

/** Everything that a reader makes of these pieces, one message after the other. */
export function readAll(pieces: readonly Buffer[], settings: Partial<HttpSettings> = {}): Read {
  const limits = httpSchema.parse(settings);
  const read: Read = { messages: [], problem: null, midway: false };
  const last = () => read.messages.at(-1);
  const reader = new Reader({
    limits: () => limits,
    head(text) {
      const parsed = parseRequestHead(text, limits);
      if (isProblem(parsed)) return parsed;
      const { method, target, authority, version, fields } = parsed.head;
      read.messages.push({
        line: `${method} ${target} ${authority} ${version}`,
        fields: fields.map(([name, value]) => `${name}=${value}`),
        body: '',
        trailers: [],
        desync: [...parsed.desync.reasons],
      });
      return parsed.framing;
    },
    data(piece) {
      const message = last();
      if (message !== undefined) message.body += piece.toString('latin1');
    },
    end: (trailers) =>
      void last()?.trailers.push(...trailers.map(([name, value]) => `${name}=${value}`), '.'),
    problem: ({ status, reason }) => (read.problem = `${status} ${reason.split(':')[0] ?? ''}`),
  });
  for (const piece of pieces) {
    reader.feed(piece);
    // Pipelined messages wait until they are asked for.
    for (let before = -1; before !== read.messages.length && read.problem === null;) {
      before = read.messages.length;
      reader.next();
    }
  }
  read.midway = reader.midway;
  return read;
}
