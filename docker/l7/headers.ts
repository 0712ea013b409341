import type { L7Settings } from '../protocol/balancer.ts';
import { requestIdHeader } from '../protocol/common.ts';

/** Name, value, name, value: as Node gives and takes raw headers; order, case and repetition survive. */
export type RawHeaders = readonly string[];

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

export interface ClientSide {
  readonly address: string;
  readonly localPort: number;
  readonly requestId: string;
}

/**
 * Headers for the target: hop-by-hop fields go first, ours are added last, so that a client cannot have ours removed by
 * naming them in Connection.
 */
export function toTarget(raw: RawHeaders, client: ClientSide, mode: L7Settings['forwardedFor']): string[] {
  const kept = withoutHopByHop(raw);
  const id = valuesOf(kept, requestIdHeader).length === 0 ? ['X-Request-Id', client.requestId] : [];
  // A chunked body stays chunked: without this, Node would send a GET's body without framing.
  const framing = valuesOf(raw, 'transfer-encoding').length > 0 ? ['Transfer-Encoding', 'chunked'] : [];
  if (mode === 'keep') return [...kept, ...id, ...framing];
  const chain = mode === 'append' ? [...valuesOf(kept, 'x-forwarded-for'), client.address] : [client.address];
  const ours: string[] = mode === 'remove' ? [] : ['X-Forwarded-For', chain.join(', ')];
  ours.push('X-Forwarded-Proto', 'http', 'X-Forwarded-Port', String(client.localPort));
  return [
    ...without(kept, ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port']),
    ...ours,
    ...id,
    ...framing,
  ];
}

export function withoutHopByHop(raw: RawHeaders): string[] {
  const named = valuesOf(raw, 'connection').flatMap((value) => value.toLowerCase().split(','));
  return without(raw, [...hopByHop, ...named.map((name) => name.trim())]);
}

export function valuesOf(raw: RawHeaders, name: string): string[] {
  return raw.filter((_, index) => index % 2 === 1 && raw[index - 1]?.toLowerCase() === name);
}

function without(raw: RawHeaders, names: readonly string[]): string[] {
  return raw.filter((_, index) => !names.includes((raw[index - (index % 2)] ?? '').toLowerCase()));
}
