import { clientHeader, requestIdHeader } from '../../protocol/common.ts';
import type { ClientSettings } from '../../protocol/client.ts';
import { bodyOf } from '../body.ts';
import type { PlannedRequest } from '../exchange.ts';

/** Spells requests. What does not change from one to the next is spelled once. */
export interface RequestWriter {
  head(request: PlannedRequest): string;
  readonly body: Buffer | null;
}

export function createRequestWriter(settings: ClientSettings): RequestWriter {
  const { method } = settings;
  const body = bodyOf(settings);
  const own = Object.entries(settings.headers).map(([name, value]) => `${name.toLowerCase()}: ${value}\r\n`);
  const replaced = new Set(Object.keys(settings.headers).map((name) => name.toLowerCase()));
  // A header of the settings takes the place of ours, except for the two ids that every witness relies on.
  const writes = (name: string) => !replaced.has(name);

  const hasBody = body !== null || method === 'POST' || method === 'PUT';
  const fixed = [
    writes('host') ? `host: ${settings.host ?? authority(settings)}\r\n` : '',
    settings.connections === 'new' ? 'connection: close\r\n' : '',
    hasBody ? `content-length: ${body?.length ?? 0}\r\n` : '',
    hasBody && writes('content-type') ? 'content-type: application/octet-stream\r\n' : '',
    ...own,
  ].join('');
  const perUser = fixed.includes('{user}');
  const cookie = writes('cookie');
  const userHeader = writes('x-blindspot-user');

  return {
    body,
    head({ id, client, userName, path, cookies }) {
      return (
        `${method} ${path} HTTP/1.1\r\n` +
        (perUser ? fixed.replaceAll('{user}', userName) : fixed) +
        `${requestIdHeader}: ${id}\r\n` +
        (client === null ? '' : `${clientHeader}: ${client}\r\n`) +
        (userHeader ? `x-blindspot-user: ${userName}\r\n` : '') +
        (cookie ? `cookie: user=${userName}${cookies === '' ? '' : `; ${cookies}`}\r\n` : '') +
        '\r\n'
      );
    },
  };
}

/** RFC 9110 7.2: the port is left out where it is the scheme's own; an IPv6 address stands in brackets. */
export function authority({ address, port }: { readonly address: string; readonly port: number }): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return port === 80 ? host : `${host}:${port}`;
}
