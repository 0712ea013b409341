import type { CompressionSettings } from '../../../protocol/l7/compression.ts';
import type { ResponseHead } from '../../message.ts';
import { fieldValue } from '../../message.ts';

/** Why an answer is left as it is, whoever asks; null: it may be compressed. */
export function whyNot(
  head: ResponseHead,
  { types, minBytes }: Pick<CompressionSettings, 'types' | 'minBytes'>,
): string | null {
  const { status, fields } = head;
  if (status < 200 || status === 204 || status === 304) return 'it has no body';
  // Ranges count bytes of the representation as it is (RFC 9110 section 14.4).
  if (status === 206 || fieldValue(fields, 'content-range') !== null) return 'it is a range';
  const encoded = fieldValue(fields, 'content-encoding');
  if (encoded !== null && encoded.toLowerCase() !== 'identity') return `it is ${encoded} already`;
  if (/(^|[\s,])no-transform\b/i.test(fieldValue(fields, 'cache-control') ?? '')) return 'no-transform';
  const type = mediaType(fieldValue(fields, 'content-type'));
  if (type === null) return 'its type is not stated';
  if (!types.some((pattern) => matches(type, pattern))) return `${type} is not in the list`;
  const length = Number(fieldValue(fields, 'content-length') ?? Infinity);
  return length < minBytes ? `${length} bytes are too few` : null;
}

function mediaType(value: string | null): string | null {
  const type = value?.split(';')[0]?.trim().toLowerCase() ?? '';
  return type === '' ? null : type;
}

function matches(type: string, pattern: string): boolean {
  if (pattern === '*/*') return true;
  return pattern.endsWith('/*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}
