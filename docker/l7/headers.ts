import type { L7Settings } from '../protocol/balancer.ts';
import { requestIdHeader } from '../protocol/common.ts';
import type { Field, RequestHead } from './message.ts';
import { fieldValue, isAmong, isNamed, withoutFields } from './message.ts';
import type { Peer } from './policies/policy.ts';

/** Fields for one hop only (RFC 9110 section 7.6.1), besides those that Connection names. */
const hopByHop = [
  'connection',
  'proxy-connection',
  'keep-alive',
  'te',
  'transfer-encoding',
  'upgrade',
  'proxy-authenticate',
  'proxy-authorization',
];

export function withoutHopByHop(fields: readonly Field[]): readonly Field[] {
  const named = fieldValue(fields, 'connection');
  if (named === null) return withoutFields(fields, hopByHop);
  const listed = named.split(',').map((name) => name.trim().toLowerCase());
  // Framing is not for a client to strip by naming it: the body would become the next request.
  return withoutFields(fields, [...hopByHop, ...listed.filter((name) => name !== 'content-length')]);
}

/** Envoy's: who the client proved to be. From a client it is a claim, so where we end TLS only our own word goes on. */
const clientCertificate = 'x-forwarded-client-cert';

function provenClient({ tls }: Peer): readonly Field[] {
  if (tls?.peer == null || tls.trusted !== true) return [];
  return [['X-Forwarded-Client-Cert', `Subject="CN=${tls.peer.subject}";Issuer="CN=${tls.peer.issuer}"`]];
}

/**
 * The head for the target. Our own fields come last, when hop-by-hop fields are gone already, so that a client cannot
 * have them removed by naming them in Connection.
 */
export function forTarget(
  head: RequestHead,
  peer: Peer,
  id: string,
  { forwardedFor: mode, http }: Pick<L7Settings, 'forwardedFor' | 'http'>,
): RequestHead {
  const gone =
    mode === 'keep' ? (peer.tls === null ? nothing : claims) : peer.tls === null ? ours : oursAndClaims;
  const fields: Field[] = [];
  let hasId = false;
  for (const field of head.fields) {
    if (isAmong(field[0], gone)) continue;
    fields.push(field);
    hasId ||= isNamed(field[0], requestIdHeader);
  }
  if (mode !== 'keep') {
    if (mode !== 'remove') fields.push(['X-Forwarded-For', chainOf(head, peer, mode)]);
    fields.push(['X-Forwarded-Proto', head.scheme], ['X-Forwarded-Port', String(peer.localPort)]);
  }
  if (peer.tls !== null) fields.push(...provenClient(peer));
  if (!hasId) fields.push(['X-Request-Id', id]);
  // What it was received by, and from whom: a pseudonym, since our name is nobody's business (RFC 9110 7.6.3).
  if (http.via) fields.push(['Via', `${head.version} blindspot`]);
  const { method, scheme, authority, target, version } = head;
  return { method, scheme, authority, target, version, fields };
}

const nothing: readonly string[] = [];
const claims = [clientCertificate];
const ours = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port'];
const oursAndClaims = [...ours, ...claims];

function chainOf({ fields }: RequestHead, { address }: Peer, mode: 'append' | 'set'): string {
  const before = mode === 'append' ? fieldValue(fields, 'x-forwarded-for') : null;
  return before === null ? address : `${before}, ${address}`;
}
