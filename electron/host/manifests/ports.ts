import { isOf } from './documents.ts';
import type { KubeDocument } from './documents.ts';
import type { Findings } from './findings.ts';
import type { Listener } from './kinds/gateway.ts';
import type { Surroundings } from './surroundings.ts';

/** One port of the node that a Gateway's listeners are behind. */
export interface NodePort {
  /** Where the node listens. */
  readonly port: number;
  /** What the Gateway calls it. */
  readonly stated: number;
  readonly tls: boolean;
  /** The node's own, which it has anyway. */
  readonly own: boolean;
}

/**
 * The ports that a Gateway asks for, as ports of the node. It has one of its own, and whoever is there already calls it by
 * that: where the Gateway does not name it, its first port stands for it, as a Service's port does for a container's.
 */
export function nodePorts(
  gateway: KubeDocument<'Gateway'> | undefined,
  own: number | null,
): readonly NodePort[] {
  if (gateway === undefined) return [];
  const { listeners } = gateway.spec;
  const stated = [...new Set(listeners.map(({ port }) => port))];
  const [first] = stated;
  const ownStated = own !== null && stated.includes(own) ? own : first;
  return stated.map((port) => {
    const isOwn = port === ownStated;
    const tls = listeners.some((one) => one.port === port && one.protocol === 'HTTPS');
    return { port: isOwn ? (own ?? port) : port, stated: port, tls, own: isOwn };
  });
}

/** Listeners of one port speak in one way; at layer four all of a node's are on one. */
export function judgePorts(
  documents: readonly KubeDocument[],
  { role, port: own }: Surroundings,
  findings: Findings,
): void {
  const gateway = documents.find(isOf('Gateway'));
  if (gateway === undefined) return;
  const { listeners } = gateway.spec;
  for (const [index, listener] of listeners.entries()) {
    const path = ['spec', 'listeners', index];
    const first = listeners.find(({ port }) => port === listener.port);
    if (first !== undefined && first.protocol !== listener.protocol) {
      const message = `one port cannot speak ${first.protocol} and ${listener.protocol}`;
      findings.refuse(gateway, [...path, 'protocol'], message, `${first.protocol}, or a port of its own`);
    }
    if (role === 'l4' && listener.port !== listeners[0]?.port) {
      const message = `a balancer of layer four has one port, and ${listeners[0]?.port} is it`;
      findings.refuse(
        gateway,
        [...path, 'port'],
        message,
        `a Gateway of its own on another balancer for ${listener.port}`,
      );
    }
    const twin = listeners.findIndex((one) => one.name === listener.name || sameTraffic(one, listener));
    if (twin < index) {
      const message = 'another listener has this name, or this port and hostname';
      findings.refuse(gateway, path, message, 'a name, and a port or hostname, of its own');
    }
  }
  for (const { port, stated } of nodePorts(gateway, own)) {
    if (port === stated) continue;
    const at = listeners.findIndex((one) => one.port === stated);
    const text = `port ${stated} is this node's own here, which is ${port}`;
    findings.note(gateway, ['spec', 'listeners', at, 'port'], text);
  }
}

function sameTraffic(one: Listener, other: Listener): boolean {
  return one.port === other.port && one.hostname === other.hostname;
}
