import { constants, createPublicKey, verify } from 'node:crypto';
import type { KeyObject, VerifyKeyObjectInput } from 'node:crypto';
import type { TokensSettings } from '../../../protocol/l7/tokens.ts';

type Algorithm = TokensSettings['algorithms'][number];
export type Claims = Readonly<Record<string, unknown>>;

/** Checks a token's form and signature (RFC 7515, RFC 8725); what it claims is judged elsewhere. */
export interface TokenVerifier {
  verify(token: string): { readonly claims: Claims } | { readonly problem: string };
}

interface Key {
  readonly kid: string | null;
  readonly algorithm: string | null;
  readonly key: KeyObject;
}

/** Longer ones are no tokens but an attempt to keep us busy. */
const mostCharacters = 16_384;

export function createVerifier({
  keys,
  algorithms,
}: Pick<TokensSettings, 'keys' | 'algorithms'>): TokenVerifier {
  const known = keys.map((jwk): Key => ({
    kid: textOf(jwk.kid),
    algorithm: textOf(jwk.alg),
    key: createPublicKey({ key: jwk, format: 'jwk' }),
  }));
  return {
    verify(token) {
      if (token.length > mostCharacters) return { problem: 'the token is too long' };
      const parts = token.split('.');
      const [head = '', body = '', signature = ''] = parts;
      if (parts.length !== 3 || !parts.every((part) => base64url.test(part)))
        return { problem: 'not a token' };
      const header = readJson(head);
      const claims = readJson(body);
      if (header === null || claims === null) return { problem: 'not a token' };
      const algorithm = algorithms.find((one) => one === header.alg);
      if (algorithm === undefined) return { problem: `algorithm ${said(header.alg)} is not allowed` };
      // RFC 7515 4.1.11: an extension that must be understood, and is not.
      if ('crit' in header) return { problem: 'the token has critical extensions' };
      const fitting = known.filter((key) => fits(key, algorithm, header.kid));
      if (fitting.length === 0) return { problem: `no key ${said(header.kid)} for ${algorithm}` };
      const signed = Buffer.from(`${head}.${body}`);
      const bytes = Buffer.from(signature, 'base64url');
      const good = fitting.some(({ key }) =>
        verify(hashOf(algorithm), signed, inputOf(algorithm, key), bytes),
      );
      return good ? { claims } : { problem: 'the signature is wrong' };
    },
  };
}

const base64url = /^[A-Za-z0-9_-]+$/;

function readJson(part: string): Claims | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : null;
  } catch {
    return null;
  }
}

/** A key serves its own kind of algorithm only: the token's word alone must not choose how it is checked. */
function fits({ kid, algorithm, key }: Key, wanted: Algorithm, id: unknown): boolean {
  if (id !== undefined && kid !== null && kid !== id) return false;
  if (algorithm !== null && algorithm !== wanted) return false;
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (wanted === 'EdDSA') return type === 'ed25519' || type === 'ed448';
  if (wanted.startsWith('ES')) return type === 'ec' && details?.namedCurve === curves[wanted];
  return type === 'rsa';
}

const curves: Readonly<Record<string, string>> = {
  ES256: 'prime256v1',
  ES384: 'secp384r1',
  ES512: 'secp521r1',
};

function hashOf(algorithm: Algorithm): string | null {
  return algorithm === 'EdDSA' ? null : `sha${algorithm.slice(2)}`;
}

function inputOf(algorithm: Algorithm, key: KeyObject): VerifyKeyObjectInput {
  // RFC 7518 3.4: r and s side by side, not the DER of TLS.
  if (algorithm.startsWith('ES')) return { key, dsaEncoding: 'ieee-p1363' };
  if (algorithm.startsWith('PS')) {
    return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  }
  return { key };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function said(value: unknown): string {
  return typeof value === 'string' ? `"${value.slice(0, 40)}"` : 'without a name';
}
