import { randomUUID } from 'node:crypto';
import { Exchange } from './exchange.ts';
import type { ExchangeDeps } from './exchange.ts';
import type { ClientListener, Incoming } from './front.ts';
import type { Field, ResponseHead } from './message.ts';
import type { OwnAnswer, OwnRequest } from './policies/policy.ts';

/** A request of the proxy's own, without a client: the same exchange, with a front that gathers the answer. */
export function askOnOwnAccount(
  request: OwnRequest,
  around: Omit<ExchangeDeps, 'pipeline' | 'onEnd'>,
): Promise<OwnAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let head: ResponseHead = { status: 0, fields: [] };
    let trailers: readonly Field[] = [];
    let client: ClientListener | null = null;

    const incoming: Incoming = {
      head: request.head,
      peer: request.peer,
      hasBody: request.body !== null,
      upgrade: null,
      expectsContinue: false,
      trailers: true,
      desync: null,
      suspect: false,
      respond: {
        informational: () => undefined,
        head: (next) => void (head = next),
        write(chunk) {
          bytes += chunk.length;
          if (bytes > request.maxBytes) client?.gone();
          else chunks.push(chunk);
          return true;
        },
        end(last) {
          trailers = last;
          client?.finished();
        },
        abort: () => undefined,
        onDrain: () => undefined,
      },
      feed(sink) {
        if (request.body !== null) sink.write(request.body);
        sink.end([]);
      },
      watch: (listener) => void (client = listener),
    };

    new Exchange(incoming, randomUUID(), Date.now(), {
      ...around,
      pipeline: {
        run(call) {
          call.pool = request.pool;
          call.prefer = request.prefer;
          return null;
        },
      },
      onEnd({ cause, call }) {
        if (cause !== null || call.target === null) {
          reject(new Error(bytes > request.maxBytes ? 'too large' : (cause ?? 'no target')));
        } else resolve({ head, body: Buffer.concat(chunks), trailers, target: call.target });
      },
    }).start();
  });
}
