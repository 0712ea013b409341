import { once } from 'node:events';
import http2 from 'node:http2';
import type { Duplex } from 'node:stream';

/** The admin API over a byte stream, as the host speaks it: any number of calls on the one stream. */
export function adminOver(stream: Duplex): { get(path: string): Promise<unknown>; close(): void } {
  const session = http2.connect('http://node', { createConnection: () => stream });
  session.on('error', () => undefined);
  return {
    async get(path) {
      const request = session.request({ ':path': path });
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      await once(request, 'end');
      return JSON.parse(text) as unknown;
    },
    close: () => session.destroy(),
  };
}
