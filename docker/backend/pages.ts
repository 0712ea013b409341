import type { Page } from '../protocol/backend.ts';
import type { Answer, Exchange } from './exchange.ts';

/** The longest prefix speaks for a path. */
export function byPrefix<T>(table: Readonly<Record<string, T>>, path: string): T | undefined {
  const fitting = Object.entries(table).filter(([prefix]) => path.startsWith(prefix));
  const [longest] = fitting.sort(([a], [b]) => b.length - a.length);
  return longest?.[1];
}

/** As an application without passwords knows its users. */
export function userOf({ request }: Exchange): string {
  const found = /(?:^|;\s*)user=([\w.-]{1,63})/.exec(request.headers.cookie ?? '');
  return found?.[1] ?? 'nobody';
}

/** What the page says to caches; and 304 to whoever holds it already. The tag is weak: the body says when it was made. */
export function asPage({ request }: Exchange, page: Page, tag: string, answer: Answer): Answer {
  const headers = {
    ...answer.headers,
    etag: tag,
    ...(page.cacheControl === '' ? {} : { 'cache-control': page.cacheControl }),
    ...(page.vary === '' ? {} : { vary: page.vary }),
  };
  const held = (request.headers['if-none-match'] ?? '').split(',').map((one) => one.trim());
  return held.includes(tag) ? { status: 304, headers, body: '' } : { ...answer, headers };
}
