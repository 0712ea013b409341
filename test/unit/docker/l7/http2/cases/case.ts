import type { Code, Http2Wire } from '../../../../../support/http2-wire.ts';

/**
 * What a server must do about it. A `connection` may always be closed for an error of a `stream` (RFC 9113 section
 * 5.4.2), and be closed without a word of why (section 5.4.1). `malformed` may also be answered with 400 (section 8.1.1).
 */
export type Verdict =
  | { readonly is: 'fine'; readonly orClosed?: true }
  | { readonly is: 'connection' | 'stream' | 'malformed'; readonly codes: readonly Code[] }
  | { readonly is: 'status'; readonly status: number };

export interface Case {
  /** "6.5.2", of RFC 9113; "7541 5.2" of HPACK's. */
  readonly section: string;
  readonly name: string;
  readonly verdict: Verdict;
  /** The stream that it is about; 1 unless said. */
  readonly on?: number;
  readonly does: (wire: Http2Wire) => void | Promise<void>;
  /** The client's first SETTINGS. */
  readonly settings?: Buffer;
  readonly preface?: string;
}

export const fine: Verdict = { is: 'fine' };
export const connection = (...codes: readonly Code[]): Verdict => ({ is: 'connection', codes });
export const stream = (...codes: readonly Code[]): Verdict => ({ is: 'stream', codes });
export const malformed: Verdict = { is: 'malformed', codes: ['PROTOCOL_ERROR'] };
