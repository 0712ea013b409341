import { connect as connectPlain } from 'node:net';
import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { ProbeTarget, Attempt } from './attempt.ts';
import { attempt, socketFailure } from './attempt.ts';
import type { Probe } from './probe.ts';

/** A full handshake; certificates are not judged, as AWS does not (lb-spec 1.1). */
export const tlsProbe: Probe = (target, check, signal) =>
  attempt(check.timeoutMs, signal, (probe) => {
    const socket = dialTls(target, probe);
    socket.on('secureConnect', () =>
      probe.settle({ ok: true, code: 'L6OK', detail: socket.getProtocol() ?? 'TLS' }),
    );
  });

/** Connects and shakes hands, moving the attempt from L4 to L6; failures settle it under the layer they belong to. */
export function dialTls(target: ProbeTarget, probe: Attempt): TLSSocket {
  const { address: host, port, preface } = target;
  const place = preface ? { socket: openWith(host, port, preface, probe) } : { host, port };
  const socket = connect({ ...place, rejectUnauthorized: false });
  probe.own(socket);
  socket.on('connect', () => {
    probe.layer = 'L6';
  });
  socket.on('error', (error: Error) => probe.settle(socketFailure(probe.layer, error)));
  return socket;
}

/** A connection whose first bytes are not TLS. */
function openWith(host: string, port: number, preface: Uint8Array, probe: Attempt): Socket {
  const socket = connectPlain({ host, port });
  probe.own(socket);
  socket.on('error', (error: Error) => probe.settle(socketFailure(probe.layer, error)));
  socket.write(preface);
  return socket;
}
