import type { z } from 'zod';

/** One sentence per problem: where, and what was expected there. */
export function explain(error: z.ZodError): { readonly where: string; readonly message: string } {
  const issues = error.issues.map((issue) => ({ where: placeOf(issue.path), text: issue.message }));
  return {
    where: issues[0]?.where ?? '',
    message: issues.map(({ where, text }) => (where === '' ? text : `${where}: ${text}`)).join('; '),
  };
}

/** `targets[2].port` */
function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}
