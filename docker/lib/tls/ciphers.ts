import type { TlsCiphers } from '../../protocol/tls.ts';

/**
 * TLS 1.2 as Mozilla's "intermediate" has it, which HAProxy's and NGINX's guides set: an ephemeral key, and encryption that
 * authenticates itself. CBC is left out: its padding was the way in for Lucky 13 and POODLE. So are the DHE ciphers, which want
 * parameters of their own and are asked for by nobody who has no ECDHE.
 */
const intermediate = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
];
/** OpenSSL takes one list for both versions, and knows these apart. */
const tls13 = ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'];

export function cipherList(ciphers: TlsCiphers): { readonly ciphers?: string } {
  return ciphers === 'wide' ? {} : { ciphers: [...tls13, ...intermediate].join(':') };
}
