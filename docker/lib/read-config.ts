import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { explain } from './validate.ts';

/** A config that cannot be used: what, where, and what to do; the process ends with status 2. */
export class ConfigProblem extends Error {
  override readonly name = 'ConfigProblem';
}

/** From `--config FILE`, or the environment's BLINDSPOT_CONFIG. */
export function readConfig<C>(
  schema: z.ZodType<C>,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): C {
  const { source, text } = findConfig(args, env);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConfigProblem(`${source}: not JSON: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ConfigProblem(`${source}: ${explain(parsed.error).message}`);
}

function findConfig(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): { readonly source: string; readonly text: string } {
  const flag = args.indexOf('--config');
  const file = flag === -1 ? undefined : args[flag + 1];
  if (flag !== -1 && file === undefined) throw new ConfigProblem('--config needs a file name after it');
  if (file !== undefined) {
    try {
      return { source: file, text: readFileSync(file, 'utf8') };
    } catch (error) {
      throw new ConfigProblem(`${file}: cannot be read: ${(error as Error).message}`);
    }
  }
  if (env.BLINDSPOT_CONFIG !== undefined) {
    return { source: 'BLINDSPOT_CONFIG', text: env.BLINDSPOT_CONFIG };
  }
  throw new ConfigProblem('no config: give --config FILE, or JSON in the environment as BLINDSPOT_CONFIG');
}
