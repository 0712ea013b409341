import type { TlsProblem } from '../../protocol/tls.ts';

/** What OpenSSL and Node call it, in the words of docker/protocol/tls.ts. */
const byCode: Readonly<Record<string, TlsProblem>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'wrong-name',
  ERR_TLS_CERT_ALTNAME_FORMAT: 'wrong-name',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not-yet-valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT: 'unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknown-authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknown-authority',
  CERT_SIGNATURE_FAILURE: 'unknown-authority',
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 'client-certificate',
  ERR_SSL_WRONG_VERSION_NUMBER: 'not-tls',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'not-tls',
  ERR_SSL_HTTP_REQUEST: 'not-tls',
  ERR_SSL_HTTPS_PROXY_REQUEST: 'not-tls',
  ERR_SSL_UNEXPECTED_MESSAGE: 'not-tls',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'no-agreement',
  ERR_SSL_NO_SHARED_CIPHER: 'no-agreement',
  ERR_SSL_NO_APPLICATION_PROTOCOL: 'no-agreement',
  ERR_SSL_NO_PROTOCOLS_AVAILABLE: 'no-agreement',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'timeout',
  ECONNRESET: 'broken-off',
  EPIPE: 'broken-off',
};

/** An alert is the other side's verdict on what we showed it (RFC 8446 section 6.2). */
const alerts: readonly (readonly [RegExp, TlsProblem])[] = [
  [/ALERT_CERTIFICATE_REQUIRED/, 'client-certificate'],
  [/ALERT_CERTIFICATE_EXPIRED/, 'expired'],
  [/ALERT_UNKNOWN_CA/, 'unknown-authority'],
  [/ALERT_(BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|UNSUPPORTED_CERTIFICATE)/, 'unknown-authority'],
  [
    /ALERT_(PROTOCOL_VERSION|HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY|NO_APPLICATION_PROTOCOL)/,
    'no-agreement',
  ],
];

/** Null for an error that is not about TLS. */
export function tlsProblem(error: NodeJS.ErrnoException): TlsProblem | null {
  const code = error.code ?? '';
  const known = byCode[code];
  if (known !== undefined) return known;
  const alert = alerts.find(([pattern]) => pattern.test(code));
  if (alert !== undefined) return alert[1];
  return code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') ? 'other' : null;
}

const words: Readonly<Record<TlsProblem, string>> = {
  'wrong-name': 'the certificate is for another name',
  expired: 'the certificate has expired',
  'not-yet-valid': 'the certificate is not valid yet',
  'self-signed': 'the certificate is signed by nobody but itself',
  'unknown-authority': 'the certificate is from an authority that is not trusted here',
  'client-certificate': 'the server wants a client certificate',
  'not-tls': 'the other side does not speak TLS',
  'no-agreement': 'no TLS version, cipher or protocol in common',
  'broken-off': 'the connection broke inside the TLS handshake',
  timeout: 'the TLS handshake was not finished in time',
  other: 'the TLS handshake failed',
};

export function problemWords(problem: TlsProblem, error: Error): string {
  return `${words[problem]} (${error.message})`;
}
