import type { Field } from '../message.ts';
import { decoders } from './hpack/decoder.ts';
import { isFieldName, isFieldValue } from './request-field.ts';

/** What a field of an answer is to us. `malformed`: no answer may have it (RFC 9113 sections 8.2 and 8.3.2). */
export type AnswerFieldKind = 'plain' | 'malformed' | ':status' | 'content-length';

export interface AnswerField {
  readonly kind: AnswerFieldKind;
  readonly field: Field;
}

function kindOf(name: string, text: string): AnswerFieldKind {
  if (!isFieldValue(text)) return 'malformed';
  if (name === ':status') return name;
  // TE is a request's, and of one hop.
  if (!isFieldName(name) || name === 'te') return 'malformed';
  return name === 'content-length' ? name : 'plain';
}

/** Judged once, and kept with the entry of the table. */
export const createAnswerDecoder = decoders<AnswerField>((name, text) => ({
  kind: kindOf(name, text),
  field: [name, text],
}));
