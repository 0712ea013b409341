import { healthCheckSchema } from '../protocol/health-check.ts';
import type { HealthCheck } from '../protocol/health-check.ts';
import type { KubeletProbe } from '../protocol/kubelet.ts';

/** A probe of the kubelet in the words of the shared prober: 200 to 399 is a success (lb-spec 3.4). */
export function checkOf(probe: KubeletProbe): HealthCheck {
  const { protocol, path, port, grpcService, timeoutMs } = probe;
  if (protocol === 'exec') throw new Error('an exec probe is the host’s to run');
  return healthCheckSchema.parse({
    protocol,
    path,
    port,
    grpcService,
    timeoutMs,
    successCodes: '200-399',
    headers: { 'User-Agent': 'kube-probe/1.34', Accept: '*/*' },
  });
}
