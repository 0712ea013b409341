import type { HttpSettings } from '../../protocol/l7/http.ts';

/**
 * What is not plainly right about a request, by AWS ALB's names (lb-spec 2.9). What ALB calls Severe never becomes a
 * request here, in any mode: there is no way to pass it on that all behind us would read alike.
 */
export const acceptable = [
  'NonCompliantHeader',
  'NonCompliantVersion',
  'GetHeadZeroContentLength',
  'BareLineFeed',
] as const;
export const ambiguous = [
  'AmbiguousUri',
  'BothTeClPresent',
  'DuplicateContentLength',
  'SuspiciousHeader',
  'UndefinedContentLengthSemantics',
  'UndefinedTransferEncodingSemantics',
  'TransferEncodingInHttp10',
] as const;

export type Doubt = (typeof acceptable)[number] | (typeof ambiguous)[number];

export interface Desync {
  readonly kind: 'Compliant' | 'Acceptable' | 'Ambiguous' | 'Severe';
  readonly reasons: readonly string[];
}

export const compliant: Desync = { kind: 'Compliant', reasons: [] };

const ambiguousSet: ReadonlySet<string> = new Set(ambiguous);

export function classify(doubts: readonly Doubt[]): Desync {
  if (doubts.length === 0) return compliant;
  const kind = doubts.some((doubt) => ambiguousSet.has(doubt)) ? 'Ambiguous' : 'Acceptable';
  return { kind, reasons: doubts };
}

/** Block it, or let it through and use neither connection again, or just let it through. */
export function desyncAction(
  kind: Desync['kind'],
  mode: HttpSettings['desync'],
): 'block' | 'close' | 'allow' {
  if (kind === 'Compliant') return 'allow';
  if (kind === 'Severe' || mode === 'strictest') return 'block';
  return kind === 'Ambiguous' && mode === 'defensive' ? 'close' : 'allow';
}
