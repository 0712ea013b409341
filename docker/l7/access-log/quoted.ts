/** In quotes, with what would end them, or the line, written as NGINX writes it: a client must not forge a second line. */
export function quoted(text: string | null): string {
  if (text === null || text === '') return '"-"';
  return `"${text.replace(/["\\]|[^\x20-\x7e]/g, (one) => `\\x${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)}"`;
}
