import { connect } from 'node:http2';
import { attempt, socketFailure } from './attempt.ts';
import type { Verdict } from './attempt.ts';
import type { Probe } from './probe.ts';

/**
 * The gRPC health protocol over cleartext HTTP/2: /grpc.health.v1.Health/Check with the service's name; only SERVING
 * passes, as for the kubelet.
 */
export const grpcProbe: Probe = (target, check, signal) =>
  attempt(check.timeoutMs, signal, (probe) => {
    const session = connect(`http://${bracketed(target.address)}:${target.port}`);
    probe.own({ destroy: () => session.close(() => session.destroy()) });
    session.on('error', (error: Error) => probe.settle(socketFailure(probe.layer, error)));
    session.on('connect', () => {
      probe.layer = 'L7';
    });
    const call = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    probe.own(call);
    const answer: Buffer[] = [];
    let status: string | undefined;
    const note = (headers: Record<string, unknown>) => {
      const value = headers['grpc-status'];
      if (typeof value === 'string') status = value;
    };
    call.on('response', note);
    call.on('trailers', note);
    call.on('data', (chunk: Buffer) => answer.push(chunk));
    // A stream cancelled because its session failed carries that failure as its cause.
    call.on('error', (error: Error) => {
      probe.settle(socketFailure(probe.layer, error.cause instanceof Error ? error.cause : error));
    });
    call.on('end', () => probe.settle(judgeHealth(status, Buffer.concat(answer))));
    call.end(checkRequest(check.grpcService));
  });

const servingStatus = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/** `status` is field 1, a varint, of the one message after its five bytes of frame; absent means 0. */
export function judgeHealth(grpcStatus: string | undefined, frame: Buffer): Verdict {
  if (grpcStatus === undefined) return { ok: false, code: 'L7RSP', detail: 'no grpc-status' };
  if (grpcStatus !== '0') return { ok: false, code: 'L7STS', detail: `gRPC status ${grpcStatus}` };
  if (frame.length < 5) return { ok: false, code: 'L7RSP', detail: 'no health message' };
  const value = frame[5] === 0x08 ? (frame[6] ?? 0) : 0;
  const detail = servingStatus[value] ?? `status ${value}`;
  return value === 1 ? { ok: true, code: 'L7OK', detail } : { ok: false, code: 'L7STS', detail };
}

/** `service` is field 1, a string; schema bounds it to 200 characters, so two length bytes at most. */
export function checkRequest(service: string): Buffer {
  const name = Buffer.from(service);
  const length = name.length < 128 ? [name.length] : [(name.length & 0x7f) | 0x80, name.length >> 7];
  const message = name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a, ...length]), name]);
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(message.length, 1);
  return Buffer.concat([frame, message]);
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
