import type { ClientSettings } from '../../protocol/client.ts';
import type { Answer, AnswerReader } from '../connection.ts';
import type { Transport, Wire } from '../exchange.ts';
import type { Progress } from '../failure.ts';
import { createKeptConnections } from '../kept-connections.ts';
import type { Secure } from '../tls.ts';

/**
 * one line (id, user, padding) --> connection --> the same back ("echo"), or anything else ("bytes")
 *
 * Raw TCP has no status: that bytes came back at all is the whole answer, and which ones says whether it was an echo.
 */
export function createTcp(settings: () => ClientSettings, wire: Wire, secure: Secure | null): Transport {
  const kept = createKeptConnections(settings, wire, secure);
  return {
    send(request, done) {
      const now = settings();
      const line = `${request.id} ${request.userName} ${'x'.repeat(now.bodyBytes)}\n`;
      kept
        .take(request)
        .connection.exchange({ head: line, body: null, reader: new EchoReader(line), limits: now, done });
    },
    retire: () => kept.retire(),
    destroy: () => kept.destroy(),
  };
}

/** Done when all of the echo is there, or at the first bytes that are none. */
export class EchoReader implements AnswerReader {
  progress: Progress = 'nothing';
  readonly #expected: Buffer;
  #matched = 0;
  #strange = false;

  constructor(expected: string) {
    this.#expected = Buffer.from(expected, 'latin1');
  }

  feed(bytes: Buffer): boolean {
    this.progress = 'body';
    const part = this.#expected.subarray(this.#matched, this.#matched + bytes.length);
    this.#strange = !part.equals(bytes);
    this.#matched += bytes.length;
    return this.#strange || this.#matched === this.#expected.length;
  }

  end(): boolean {
    return false;
  }

  answer(): Answer {
    const echo = !this.#strange;
    return { status: echo ? 'echo' : 'bytes', ok: true, server: null, reusable: echo, idleMs: Infinity };
  }
}
