import type { TokenRule } from '../../../protocol/l7/tokens.ts';
import type { Claims } from './verify.ts';

/** Why these claims will not do; null where they will. RFC 7519 section 4.1. */
export function claimsProblem(
  claims: Claims,
  { issuer, audience }: Pick<TokenRule, 'issuer' | 'audience'>,
  nowSeconds: number,
  leewaySeconds: number,
): string | null {
  const { exp, nbf, iss, aud } = claims;
  // A token that never ends cannot be taken back: it must say when.
  if (typeof exp !== 'number') return 'the token does not say when it ends';
  if (nowSeconds >= exp + leewaySeconds) return `the token ended ${age(nowSeconds - exp)} ago`;
  if (nbf !== undefined && (typeof nbf !== 'number' || nowSeconds < nbf - leewaySeconds)) {
    return 'the token is not good yet';
  }
  if (issuer !== null && iss !== issuer) return 'another issuer';
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (audience !== null && !audiences.includes(audience)) return 'meant for another audience';
  return null;
}

/** The scopes that are wanted and not there. */
export function missingScopes(claims: Claims, wanted: readonly string[]): readonly string[] {
  const given = typeof claims.scope === 'string' ? claims.scope.split(' ') : [];
  return wanted.filter((scope) => !given.includes(scope));
}

function age(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}
