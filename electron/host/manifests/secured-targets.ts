import type { Settings } from '../lab/lab.ts';
import type { Backends } from './backends.ts';
import { isOf } from './documents.ts';
import type { KubeDocument } from './documents.ts';
import type { Findings } from './findings.ts';

/** TLS to targets. A proxy has one way to all of them, so that policies must cover all and say the same. */
export function securedTargets(
  documents: readonly KubeDocument[],
  backends: Backends,
  byAnnotation: boolean,
  findings: Findings,
): Settings {
  const policies = documents.filter(isOf('BackendTLSPolicy'));
  const [first] = policies;
  // ingress-nginx encrypts to HTTPS backends and verifies nothing until told to.
  if (first === undefined) return { on: byAnnotation, verify: false, serverName: null };
  const covered = new Set<string>();
  for (const policy of policies) {
    for (const [index, { name }] of policy.spec.targetRefs.entries()) {
      if (backends.used.has(name)) covered.add(name);
      else
        findings.unknown(policy, ['spec', 'targetRefs', index, 'name'], 'backend of a route', name, [
          ...backends.used,
        ]);
    }
    if (policy.spec.validation.hostname !== first.spec.validation.hostname) {
      const path = ['spec', 'validation', 'hostname'];
      const message = 'all targets of one proxy are asked for one server name';
      findings.refuse(policy, path, message, first.spec.validation.hostname);
    }
  }
  const open = [...backends.used].filter((name) => !covered.has(name));
  if (open.length > 0) {
    const message = `a proxy speaks TLS to all of its targets or to none: ${open.join(', ')} has no policy`;
    findings.refuse(first, ['spec', 'targetRefs'], message, `${open.join(', ')} among targetRefs, too`);
  }
  return { on: true, verify: true, serverName: first.spec.validation.hostname };
}
