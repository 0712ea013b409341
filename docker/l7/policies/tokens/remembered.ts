import type { TokenVerifier } from './verify.ts';

/** A client shows the same token with each request, and a signature costs more to check than all else about it. */
const most = 1000;
/** Those of usual length: what is remembered is a few megabytes at most. */
const longest = 4096;

/**
 * Remembers tokens whose signature was good, the whole text of them; what they claim is judged each time, so none outlives
 * its end. Others are not remembered: nobody can push the good ones out with tokens of their own making. The oldest goes
 * first. New keys or algorithms come with a new verifier, which knows none.
 */
export function remembering({ verify }: TokenVerifier): TokenVerifier {
  const good = new Map<string, ReturnType<TokenVerifier['verify']>>();
  return {
    verify(token) {
      const before = good.get(token);
      if (before !== undefined) return before;
      const read = verify(token);
      if ('problem' in read || token.length > longest) return read;
      const [oldest] = good.size < most ? [] : good.keys();
      if (oldest !== undefined) good.delete(oldest);
      good.set(token, read);
      return read;
    },
  };
}
