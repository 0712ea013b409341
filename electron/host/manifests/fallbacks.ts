import type { Json } from '../../contract/session.ts';
import type { Settings } from '../lab/lab.ts';
import { isOf } from './documents.ts';
import type { KubeDocument } from './documents.ts';
import type { Draft } from './draft.ts';
import { covers } from './hostnames.ts';
import type { NodePort } from './ports.ts';

/** A name of a listener or an Ingress, and where it is one; no port is any. */
interface Named {
  readonly host: string;
  readonly ports: readonly number[];
}

/**
 * A request belongs to the most specific listener, or host of an Ingress, that its name fits, and to no other: where no
 * rule of that one takes it, it must not fall to a wider one.
 */
export function fallbacks(
  documents: readonly KubeDocument[],
  drafts: readonly Draft[],
  ports: readonly NodePort[],
  nameOf: (...parts: readonly (string | number)[]) => string,
): readonly Draft[] {
  return namesIn(documents, ports).flatMap((one): Draft[] => {
    const { host } = one;
    const there = drafts.filter((draft) => meets(draft.ports, one.ports));
    const wider = there.some(
      ({ hosts }) => hosts.length === 0 || hosts.some((other) => other !== host && covers(other, host)),
    );
    const takesAll = there.some(({ hosts, route }) => hosts.includes(host) && isForAll(route.match));
    if (!wider || takesAll) return [];
    const answer = { match: { path: '/', pathIs: 'prefix' }, respond: { status: 404, body: 'no route\n' } };
    return [
      {
        name: nameOf('other', host.replace('*', 'any'), ...one.ports),
        hosts: [host],
        ports: one.ports,
        route: answer,
      },
    ];
  });
}

function namesIn(documents: readonly KubeDocument[], ports: readonly NodePort[]): readonly Named[] {
  const ofListeners = documents.filter(isOf('Gateway')).flatMap(({ spec }) =>
    spec.listeners.flatMap(({ hostname, port }): Named[] => {
      const at = ports.find(({ stated }) => stated === port);
      return hostname === undefined
        ? []
        : [{ host: hostname, ports: ports.length < 2 || !at ? [] : [at.port] }];
    }),
  );
  const ofIngresses = documents
    .filter(isOf('Ingress'))
    .flatMap(({ spec }) =>
      spec.rules.flatMap(({ host }): Named[] => (host === undefined ? [] : [{ host, ports: [] }])),
    );
  const seen = new Set<string>();
  return [...ofListeners, ...ofIngresses].filter(({ host, ports: at }) => {
    const key = `${host} ${at.join()}`;
    return !seen.has(key) && seen.add(key);
  });
}

function meets(one: readonly number[], other: readonly number[]): boolean {
  return one.length === 0 || other.length === 0 || one.some((port) => other.includes(port));
}

function isForAll(match: Json | undefined): boolean {
  if (typeof match !== 'object' || match === null || Array.isArray(match)) return false;
  const { path, pathIs, headers, query, methods } = match as Settings;
  const empty = (value: Json | undefined) =>
    value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
  return path === '/' && pathIs === 'prefix' && empty(headers) && empty(query) && empty(methods);
}
