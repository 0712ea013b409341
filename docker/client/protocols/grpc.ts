import { serverHeader } from '../../protocol/common.ts';
import type { ClientSettings } from '../../protocol/client.ts';
import { isOk } from '../exchange.ts';
import type { Transport, Wire } from '../exchange.ts';
import { createStreams } from '../http2/streams.ts';
import { ownHeaders, textOf } from './http2.ts';
import type { Secure } from '../tls.ts';

/**
 * an empty unary call --> HTTP/2 stream --> grpc-status in the trailers ("grpc-0" is OK)
 *
 * gRPC answers HTTP 200 even when the call failed: only the trailer knows. A path of `/` stands for the standard health
 * check; any other is the call's own, `/package.Service/Method`.
 */
export function createGrpc(settings: () => ClientSettings, wire: Wire, secure: Secure | null): Transport {
  return createStreams(settings, wire, secure, {
    headers: (request, now) => ({
      ...ownHeaders(request, now),
      ':method': 'POST',
      ':path': request.path === '/' ? healthCheck : request.path,
      'content-type': 'application/grpc',
      te: 'trailers',
    }),
    body: () => emptyMessage,
    answer(head, trailers) {
      const server = textOf(head[serverHeader]);
      const httpStatus = Number(head[':status']);
      // A response of trailers only carries its status in the head.
      const status = textOf(trailers['grpc-status'] ?? head['grpc-status']);
      if (status !== null) return { status: `grpc-${status}`, ok: status === '0', server };
      // Not gRPC at all: a proxy's 502, or a plain web server.
      if (!isOk(httpStatus)) return { status: String(httpStatus), ok: false, server };
      return { problem: `HTTP ${httpStatus} without a grpc-status` };
    },
  });
}

const healthCheck = '/grpc.health.v1.Health/Check';
/** One byte "not compressed", four of length; an empty message is every field at its default. */
const emptyMessage = Buffer.from([0, 0, 0, 0, 0]);
