import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientListener, Incoming } from './front.ts';
import { withoutHopByHop } from './headers.ts';
import type { Field } from './message.ts';
import { withoutFields } from './message.ts';

export function incomingOf(request: IncomingMessage, response: ServerResponse): Incoming {
  const { socket } = request;
  const fields = pairs(request.rawHeaders);
  let listener: ClientListener | null = null;
  response.on('close', () => (response.writableFinished ? listener?.finished() : listener?.gone()));
  return {
    head: {
      method: request.method ?? 'GET',
      scheme: 'http',
      authority: request.headers.host ?? '',
      target: request.url ?? '/',
      version: request.httpVersion === '1.0' ? '1.0' : '1.1',
      fields: withoutFields(withoutHopByHop(fields), ['host']),
    },
    peer: {
      address: socket.remoteAddress ?? '',
      port: socket.remotePort ?? 0,
      localAddress: socket.localAddress ?? '',
      localPort: socket.localPort ?? 0,
      tls: null,
    },
    hasBody: 'content-length' in request.headers || 'transfer-encoding' in request.headers,
    upgrade: null,
    expectsContinue: false,
    trailers: true,
    respond: {
      informational: () => undefined,
      head: ({ status, reason, fields: own }) =>
        response.writeHead(status, reason ?? '', withoutHopByHop(own).flat()),
      write: (chunk) => response.write(chunk),
      end(trailers) {
        if (trailers.length > 0) response.addTrailers(Object.fromEntries(trailers));
        response.end();
      },
      abort: () => response.destroy(),
      onDrain: (wake) => void response.removeAllListeners('drain').on('drain', wake),
    },
    feed(sink) {
      sink.onDrain(() => request.resume());
      request.on('data', (chunk: Buffer) => {
        if (!sink.write(chunk)) request.pause();
      });
      request.on('end', () => sink.end(pairs(request.rawTrailers)));
      request.on('error', () => sink.abort());
    },
    watch: (next) => void (listener = next),
  };
}

export function pairs(raw: readonly string[]): Field[] {
  return raw.flatMap((name, index): Field[] => (index % 2 === 0 ? [[name, raw[index + 1] ?? '']] : []));
}
