import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

export interface Visit {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One GET with exactly these headers; unlike fetch it lets a test lie about Host and Origin, and asks for raw paths. */
export function visit(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<Visit> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (body += piece));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Opens a printed link and gives back the cookie that it was swapped for. */
export async function cookieOf(link: string): Promise<string> {
  const url = new URL(link);
  const { headers } = await visit(Number(url.port), `${url.pathname}${url.search}`);
  const cookie = headers['set-cookie']?.[0]?.split(';')[0];
  if (cookie === undefined) throw new Error('the link was not swapped for a cookie');
  return cookie;
}
