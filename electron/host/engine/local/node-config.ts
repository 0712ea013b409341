import { BlindspotError } from '../../../contract/errors.ts';
import type { NodeSpec } from '../engine.ts';

/** In a container the socket has one place for all; here every node needs a path of its own. */
export function withAdmin({ name, config }: NodeSpec, admin: string): string {
  try {
    const told: unknown = JSON.parse(config);
    if (typeof told === 'object' && told !== null) return JSON.stringify({ ...told, admin });
  } catch {
    // Said below.
  }
  throw new BlindspotError({
    code: 'internal',
    message: `The config of ${name} is not a JSON object.`,
    where: name,
  });
}
