import type { z } from 'zod';
import type { AdminError } from '../protocol/admin.ts';
import { explain } from './validate.ts';

type Code = AdminError['error']['code'];

/** What an admin call answers when it cannot do what was asked. */
export class AdminProblem extends Error {
  override readonly name = 'AdminProblem';
  readonly code: Code;
  readonly where: string | undefined;

  constructor(code: Code, message: string, where?: string) {
    super(message);
    this.code = code;
    this.where = where;
  }
}

const statusOf: Record<Code, number> = { 'bad-request': 400, 'not-found': 404, internal: 500 };

export function answerOf(thrown: unknown): { readonly status: number; readonly body: AdminError } {
  const problem =
    thrown instanceof AdminProblem
      ? thrown
      : new AdminProblem('internal', thrown instanceof Error ? thrown.message : String(thrown));
  const where = problem.where === undefined ? {} : { where: problem.where };
  return {
    status: statusOf[problem.code],
    body: { error: { code: problem.code, message: problem.message, ...where } },
  };
}

/** The parsed value, or a bad-request that names the field and what was expected there. */
export function parseOrRefuse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { where, message } = explain(parsed.error);
  throw new AdminProblem('bad-request', message, where);
}
