import { isIPv6 } from 'node:net';
import { fieldValues } from '../message.ts';
import type { Field } from '../message.ts';
import { kind } from './policy-kind.ts';

export interface Hop {
  /** Who asked us. */
  readonly client: string;
  /** Where we were asked. */
  readonly self: string;
  readonly scheme: 'http' | 'https';
  readonly host: string;
}

/** RFC 7239: each hop appends its own element; parameters by name, IPv6 quoted and in brackets. */
export function forwardedFields(
  fields: readonly Field[],
  hop: Hop,
  mode: 'append' | 'set' | 'remove',
): readonly Field[] {
  const others = fields.filter(([name]) => name.toLowerCase() !== 'forwarded');
  if (mode === 'remove') return others;
  const before = mode === 'append' ? fieldValues(fields, 'forwarded') : [];
  return [...others, ['Forwarded', [...before, element(hop)].join(', ')]];
}

function element({ client, self, scheme, host }: Hop): string {
  const parts = [`for=${node(client)}`, `by=${node(self)}`, `proto=${scheme}`];
  return [...parts, ...(host === '' ? [] : [`host=${quoted(host)}`])].join(';');
}

function node(address: string): string {
  return isIPv6(address) ? `"[${address}]"` : address;
}

/** RFC 9110 5.6.2 and 5.6.4: a token stands alone, anything else is quoted. */
function quoted(text: string): string {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}

export const forwarded = kind('forwarded', (mode) => {
  if (mode === 'off') return null;
  return {
    name: 'forwarded',
    request(call) {
      const { peer, head } = call;
      const hop = {
        client: peer.address,
        self: peer.localAddress,
        scheme: head.scheme,
        host: head.authority,
      };
      call.head = { ...head, fields: forwardedFields(head.fields, hop, mode) };
      return null;
    },
  };
});
