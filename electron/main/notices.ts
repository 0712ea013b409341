import { z } from 'zod';
import type { Notice } from '../contract/app.ts';

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
