/** Every error that crosses a boundary carries one of these codes; the window switches on the code, never on text. */
export const errorCodes = [
  'bad-request',
  'unknown-request',
  'not-found',
  'lab-invalid',
  'lab-needs',
  'session-busy',
  'session-none',
  'phase-illegal',
  'engine-missing',
  'engine-lost',
  'engine-failed',
  'image-missing',
  'image-failed',
  'address-clash',
  'port-in-use',
  'disk-full',
  'node-unreachable',
  'node-not-running',
  'node-refused',
  'terminal-failed',
  'needs-host',
  'cancelled',
  'timeout',
  'channel-closed',
  'usage',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** The wire form of an error: what happened, what to do next, and where (file, node, field) when that is known. */
export interface ErrorShape {
  readonly code: ErrorCode;
  readonly message: string;
  readonly next?: string;
  readonly where?: string;
}

export class BlindspotError extends Error {
  override readonly name = 'BlindspotError';
  readonly code: ErrorCode;
  readonly next: string | undefined;
  readonly where: string | undefined;

  constructor(shape: ErrorShape, cause?: unknown) {
    super(shape.message, cause === undefined ? undefined : { cause });
    this.code = shape.code;
    this.next = shape.next;
    this.where = shape.where;
  }
}

/** Anything thrown, as a wire error. What is not ours is `internal`, with its own message kept. */
export function toErrorShape(thrown: unknown): ErrorShape {
  if (thrown instanceof BlindspotError) {
    return {
      code: thrown.code,
      message: thrown.message,
      ...(thrown.next === undefined ? {} : { next: thrown.next }),
      ...(thrown.where === undefined ? {} : { where: thrown.where }),
    };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (fullDisk.has((thrown as { readonly code?: unknown } | null)?.code)) {
    return {
      code: 'disk-full',
      message,
      next: 'Free some disk space, or set BLINDSPOT_HOME to a folder on a disk that has some.',
    };
  }
  return { code: 'internal', message };
}

const fullDisk = new Set<unknown>(['ENOSPC', 'EDQUOT']);
