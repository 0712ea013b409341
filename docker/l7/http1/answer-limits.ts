import type { HttpSettings } from '../../protocol/l7/http.ts';
import type { ReaderLimits } from './reader.ts';

/** What an answer of a target may be like. Asked for several times an answer, and made when the settings change. */
export function answerLimits(http: HttpSettings): ReaderLimits {
  if (last?.http !== http) {
    const { answerHeadBytes, fieldBytes, fields } = http;
    const heads = { requestLineBytes: answerHeadBytes, headBytes: answerHeadBytes };
    last = { http, limits: { ...heads, fieldBytes, fields, bodyBytes: 0 } };
  }
  return last.limits;
}

let last: { readonly http: HttpSettings; readonly limits: ReaderLimits } | null = null;
