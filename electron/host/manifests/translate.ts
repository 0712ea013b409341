//  text --> documents --> Gateway's listeners, Ingress --> routes, groups, TLS --> settings of one balancer
import type { LabProblem } from '../../contract/catalogue.ts';
import type { ManifestNote } from '../../contract/manifests.ts';
import type { Settings } from '../lab/lab.ts';
import { createBackends } from './backends.ts';
import { isOf, readDocuments } from './documents.ts';
import type { KubeDocument } from './documents.ts';
import { createFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { forwarderSettings } from './forwarder-settings.ts';
import type { KindName } from './kinds/kinds.ts';
import { judgePorts } from './ports.ts';
import { proxySettings } from './proxy-settings.ts';
import type { Surroundings } from './surroundings.ts';

export interface Translation {
  /** As a lab's author would write them, names for targets; null where there is a problem. */
  readonly settings: Settings | null;
  readonly problems: readonly LabProblem[];
  readonly notes: readonly ManifestNote[];
}

/** Kubernetes documents as settings of one balancer. Pure: the same text comes to the same settings. */
export function translate(file: string, text: string, around: Surroundings): Translation {
  const { documents, problems } = readDocuments(file, text);
  const findings = createFindings(problems);
  refuseOtherLayer(documents, around, findings);
  oneGateway(documents, around, findings);
  judgePorts(documents, around, findings);
  twice(documents, findings);
  const backends = createBackends(around, findings);
  const make = around.role === 'l7' ? proxySettings : forwarderSettings;
  const settings = make(documents, backends, findings, around);
  if (documents.length === 0 && problems.length === 0) {
    return { settings: null, problems: [empty(file)], notes: [] };
  }
  const failed = findings.problems.length > 0;
  return { settings: failed ? null : settings, problems: findings.problems, notes: findings.notes };
}

function empty(file: string): LabProblem {
  const message = 'there is no document here';
  return {
    file,
    line: 1,
    column: 1,
    message,
    expected: 'an Ingress, or a Gateway with routes',
    suggestion: null,
  };
}

/** Kinds that say what only the other layer could do. */
const others: Readonly<Record<Surroundings['role'], readonly KindName[]>> = {
  l4: ['Ingress', 'HTTPRoute', 'GRPCRoute', 'BackendTLSPolicy'],
  l7: ['TLSRoute', 'TCPRoute'],
};
const spoken: Readonly<Record<Surroundings['role'], readonly string[]>> = {
  l4: ['TLS', 'TCP'],
  l7: ['HTTP', 'HTTPS'],
};

function refuseOtherLayer(
  documents: readonly KubeDocument[],
  { role }: Surroundings,
  findings: Findings,
): void {
  for (const document of documents) {
    if (!others[role].includes(document.kind)) continue;
    if (role === 'l4') {
      const message = `a balancer of layer four reads no requests: ${document.kind} is for an L7 proxy`;
      findings.refuse(document, ['kind'], message, 'TLSRoute or TCPRoute');
    } else {
      const message = `an L7 proxy passes on requests, not connections: ${document.kind} is for a balancer of layer four`;
      findings.refuse(document, ['kind'], message, 'HTTPRoute or GRPCRoute');
    }
  }
}

function oneGateway(documents: readonly KubeDocument[], { role }: Surroundings, findings: Findings): void {
  const [gateway, second] = documents.filter(isOf('Gateway'));
  if (second !== undefined) {
    findings.refuse(
      second,
      ['metadata', 'name'],
      'a second Gateway: a node is one',
      'one Gateway with all its listeners',
    );
  }
  if (gateway === undefined) return;
  for (const [index, listener] of gateway.spec.listeners.entries()) {
    const path = ['spec', 'listeners', index];
    if (!spoken[role].includes(listener.protocol)) {
      const message = `protocol ${listener.protocol} is not for this node`;
      findings.refuse(gateway, [...path, 'protocol'], message, spoken[role].join(' or '));
    }
    tlsOf(gateway, index, findings);
  }
}

function tlsOf(gateway: KubeDocument<'Gateway'>, index: number, findings: Findings): void {
  const { protocol, tls } = gateway.spec.listeners[index] ?? {};
  const path = ['spec', 'listeners', index, 'tls'];
  if (protocol === 'HTTPS' && tls?.mode === 'Passthrough') {
    findings.refuse(
      gateway,
      [...path, 'mode'],
      'HTTPS is read here, so it must end here',
      'Terminate, or protocol TLS',
    );
  }
  if (protocol === 'TLS' && tls?.mode !== 'Passthrough') {
    const message = 'mode Terminate: this forwarder passes TLS through and holds no key';
    findings.refuse(
      gateway,
      tls === undefined ? path.slice(0, -1) : [...path, 'mode'],
      message,
      'mode: Passthrough',
    );
  }
  if ((protocol === 'HTTP' || protocol === 'TCP') && tls !== undefined) {
    findings.refuse(
      gateway,
      path,
      `${protocol} is in the clear`,
      `no tls, or protocol ${protocol === 'HTTP' ? 'HTTPS' : 'TLS'}`,
    );
  }
  for (const [at, { namespace }] of (tls?.certificateRefs ?? []).entries()) {
    if (namespace === undefined || namespace === gateway.namespace) continue;
    const message = `a secret in namespace ${namespace} takes a ReferenceGrant, which is not read here`;
    findings.refuse(gateway, [...path, 'certificateRefs', at, 'namespace'], message, gateway.namespace);
  }
}

function twice(documents: readonly KubeDocument[], findings: Findings): void {
  const seen = new Set<string>();
  for (const document of documents) {
    const key = `${document.kind} ${document.namespace}/${document.name}`;
    if (seen.has(key))
      findings.refuse(document, ['metadata', 'name'], `another ${key} stands above`, 'a name of its own');
    seen.add(key);
  }
}
