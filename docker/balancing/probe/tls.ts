import { connect } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { problemWords, tlsProblem } from '../../lib/tls/problem.ts';
import { createDialler } from '../../lib/tls/secure.ts';
import type { HealthCheck } from '../../protocol/health-check.ts';
import type { ProbeTarget, Attempt } from './attempt.ts';
import { attempt, socketFailure } from './attempt.ts';
import type { Probe } from './probe.ts';

/** A full handshake; certificates are judged only where the check says so, which AWS never does (lb-spec 1.1). */
export const tlsProbe: Probe = (target, check, signal) =>
  attempt(check.timeoutMs, signal, (probe) => {
    const socket = dialTls(target, check, probe);
    socket.on('secureConnect', () =>
      probe.settle({ ok: true, code: 'L6OK', detail: socket.getProtocol() ?? 'TLS' }),
    );
  });

/** Connects and shakes hands, moving the attempt from L4 to L6; failures settle it under the layer they belong to. */
export function dialTls(target: ProbeTarget, check: HealthCheck, probe: Attempt): TLSSocket {
  const raw = connect({ host: target.address, port: target.port });
  const { authority, preface } = target;
  // A connection whose first bytes are not TLS: they leave before the ClientHello.
  if (preface) raw.write(preface);
  const socket = createDialler({
    identity: authority === undefined ? undefined : { authority, certificates: [] },
    serverName: check.serverName,
    verify: check.verifyCertificate,
    present: false,
    versions: check.tlsVersions,
    alpn: [],
  }).secure(raw, { address: target.address });
  probe.own(socket);
  raw.on('connect', () => {
    probe.layer = 'L6';
  });
  socket.on('error', (error: Error) => probe.settle(tlsFailure(probe, error)));
  return socket;
}

function tlsFailure(probe: Attempt, error: Error) {
  const problem = probe.layer === 'L6' ? tlsProblem(error) : null;
  if (problem === null) return socketFailure(probe.layer, error);
  return { ok: false, code: 'L6RSP' as const, detail: problemWords(problem, error) };
}
