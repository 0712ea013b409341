import type { Transcript } from '../http-script.ts';

/** In short: the target saw this, the client saw that. */
export const sees = (backend: readonly string[], client: readonly string[]): Transcript => ({
  client,
  backend,
});
export const refused = (status: number): Transcript => sees([], [String(status), 'closed']);
/** And the connection served the last request. */
export const works = (backend: readonly string[], client: readonly string[]): Transcript =>
  sees([...backend, 'GET /last'], [...client, '200 | length "last"']);
/** And the connection was closed. */
export const ends = (backend: readonly string[], client: readonly string[]): Transcript =>
  sees(backend, [...client, 'closed']);
