import { BlindspotError } from '../contract/errors.ts';
import type { ErrorCode } from '../contract/errors.ts';

/** 0 good, 1 a verdict failed, 2 wrong usage, 3 the engine or image is missing. Scripts rely on these. */
export const exitCodes = { good: 0, failed: 1, usage: 2, missing: 3 } as const;

const usageCodes: readonly ErrorCode[] = ['usage', 'bad-request', 'not-found', 'lab-needs'];
const missingCodes: readonly ErrorCode[] = ['engine-missing', 'image-missing', 'image-failed'];

export function usage(message: string, next: string): BlindspotError {
  return new BlindspotError({ code: 'usage', message, next });
}

/** Runs a command to its exit status; an error goes to stderr as what, where and the next step. */
export async function finish(command: () => Promise<number>): Promise<never> {
  let status: number;
  try {
    status = await command();
  } catch (thrown) {
    status = complain(thrown);
  }
  // A pipe may still hold the end of a long --json answer.
  await new Promise((resolve) => process.stdout.write('', resolve));
  process.exit(status);
}

function complain(thrown: unknown): number {
  if (!(thrown instanceof BlindspotError)) {
    process.stderr.write(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`);
    return exitCodes.failed;
  }
  process.stderr.write(`${thrown.message}\n`);
  if (thrown.where !== undefined) process.stderr.write(`  where: ${thrown.where}\n`);
  if (thrown.next !== undefined) process.stderr.write(`  next:  ${thrown.next}\n`);
  if (missingCodes.includes(thrown.code)) return exitCodes.missing;
  return usageCodes.includes(thrown.code) ? exitCodes.usage : exitCodes.failed;
}
