import { z } from 'zod';
import type { Notice } from './app.ts';

/** What `npm start` and the desktop app have to know of each other: they are two processes. */

/** The environment variable that carries notices, as JSON, to the app. */
export const noticesVariable = 'BLINDSPOT_NOTICES';

/** What a smoke start says when its window has loaded; `npm start` waits for it before it chooses the desktop app. */
export const smokeWord = 'blindspot: the window comes up';

const notice: z.ZodType<Notice> = z.strictObject({
  id: z.string(),
  level: z.enum(['info', 'warning', 'error']),
  text: z.string(),
  next: z.string().optional(),
}) as z.ZodType<Notice>;

/** What `npm start` found out on its way here, handed on through the environment; damaged text is no notice. */
export function readNotices(text: string | undefined): readonly Notice[] {
  if (text === undefined || text === '') return [];
  try {
    return z.array(notice).parse(JSON.parse(text));
  } catch {
    return [];
  }
}
