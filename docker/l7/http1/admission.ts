//  head --> [parse > desync mode > expectation] --> a request, its connection's last one perhaps | why it is none
import type { HttpSettings } from '../../protocol/l7/http.ts';
import { fieldValue } from '../message.ts';
import { desyncAction } from './desync.ts';
import { isProblem } from './problem.ts';
import type { Problem } from './problem.ts';
import { parseRequestHead } from './request-head.ts';
import type { ParsedRequest } from './request-head.ts';

export interface Admitted {
  readonly parsed: ParsedRequest;
  /** Two readers might differ on where it ends. */
  readonly suspect: boolean;
}

/** What may become a request, under these settings. */
export function admission(text: string, http: HttpSettings): Admitted | Problem {
  const parsed = parseRequestHead(text, http);
  if (isProblem(parsed)) return parsed;
  const { desync, head } = parsed;
  const action = desyncAction(desync.kind, http.desync);
  if (action === 'block') return { status: 400, reason: `${desync.kind}: ${desync.reasons.join(', ')}` };
  const expectation = fieldValue(head.fields, 'expect');
  if (expectation !== null && expectation.toLowerCase() !== '100-continue') {
    return { status: 417, reason: 'an unknown expectation' };
  }
  return { parsed, suspect: action === 'close' };
}
