import type * as http2 from 'node:http2';
import { clientHeader, requestIdHeader, serverHeader } from '../../protocol/common.ts';
import type { ClientSettings } from '../../protocol/client.ts';
import { bodyOf } from '../body.ts';
import { isOk } from '../exchange.ts';
import type { PlannedRequest, Transport, Wire } from '../exchange.ts';
import { authority } from '../http1/request-writer.ts';
import { createStreams } from '../http2/streams.ts';
import type { Secure } from '../tls.ts';

/** request --> a stream of the user's session (prior knowledge, RFC 9113 3.3) --> status and body to its end */
export function createHttp2(settings: () => ClientSettings, wire: Wire, secure: Secure | null): Transport {
  return createStreams(settings, wire, secure, {
    headers: (request, now) => ({ ...ownHeaders(request, now), ':method': now.method }),
    body: bodyOf,
    answer: (head) => {
      const status = Number(head[':status']);
      const setCookies = head['set-cookie'] ?? [];
      return { status: String(status), ok: isOk(status), server: textOf(head[serverHeader]), setCookies };
    },
  });
}

export function ownHeaders(request: PlannedRequest, settings: ClientSettings): http2.OutgoingHttpHeaders {
  const { id, client, userName, path, cookies } = request;
  const own = Object.entries(settings.headers).map(([name, value]) => [
    name.toLowerCase(),
    value.replaceAll('{user}', userName),
  ]);
  return {
    ':authority': settings.host ?? authority(settings),
    ':path': path,
    cookie: `user=${userName}${cookies === '' ? '' : `; ${cookies}`}`,
    'x-blindspot-user': userName,
    ...(Object.fromEntries(own) as Record<string, string>),
    [requestIdHeader]: id,
    ...(client === null ? {} : { [clientHeader]: client }),
  };
}

export function textOf(value: string | string[] | undefined): string | null {
  return typeof value === 'string' ? value : (value?.[0] ?? null);
}
