import { once } from 'node:events';
import http2 from 'node:http2';
import type { Duplex } from 'node:stream';

export interface AdminCalls {
  get(path: string): Promise<unknown>;
  /** A merge patch; the answer is the whole as it is now, or a refusal. */
  patch(path: string, body: object): Promise<unknown>;
  close(): void;
}

/** The admin API over a byte stream, as the host speaks it: any number of calls on the one stream. */
export function adminOver(stream: Duplex): AdminCalls {
  const session = http2.connect('http://node', { createConnection: () => stream });
  session.on('error', () => undefined);
  const answer = async (request: http2.ClientHttp2Stream): Promise<unknown> => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    await once(request, 'end');
    return JSON.parse(text) as unknown;
  };
  return {
    get: (path) => answer(session.request({ ':path': path })),
    async patch(path, body) {
      const request = session.request({ ':path': path, ':method': 'PATCH' });
      request.end(JSON.stringify(body));
      return await answer(request);
    },
    close: () => session.destroy(),
  };
}
