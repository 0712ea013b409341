import type { HealthCheck } from '../../protocol/health-check.ts';
import { agentProbe } from './agent.ts';
import { grpcProbe } from './grpc.ts';
import { httpProbe, httpsProbe } from './http.ts';
import type { Probe } from './probe.ts';
import { tcpProbe } from './tcp.ts';
import { tlsProbe } from './tls.ts';

/** Every way to check; `none` needs no probe. Adding one is a file and a line here. */
const probes: Readonly<Record<Exclude<HealthCheck['protocol'], 'none'>, Probe>> = {
  tcp: tcpProbe,
  tls: tlsProbe,
  http: httpProbe,
  https: httpsProbe,
  grpc: grpcProbe,
  agent: agentProbe,
};

/** The probe that a check asks for. */
export const probeTarget: Probe = (target, check, signal) => {
  if (check.protocol === 'none') return Promise.resolve(null);
  return probes[check.protocol](target, check, signal);
};
