import type { ClientSettings } from '../protocol/client.ts';

/** What a request carries: the text that its settings state, or padding of the stated size; null for none at all. */
export function bodyOf({ body, bodyBytes }: Pick<ClientSettings, 'body' | 'bodyBytes'>): Buffer | null {
  if (body !== null) return Buffer.from(body);
  return bodyBytes > 0 ? Buffer.alloc(bodyBytes, 'x') : null;
}
