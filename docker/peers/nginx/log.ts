import type { ownCauses } from '../../protocol/stats.ts';

/** One line of the access log as nginxConf() words it. */
export interface AccessEntry {
  readonly client: string;
  readonly id: string;
  readonly status: number;
  readonly request: string;
  readonly received: number;
  readonly sent: number;
  readonly ms: number;
  readonly attempts: readonly Attempt[];
}

/** One target that was tried for a request. NGINX writes a dash for what did not come to be. */
export interface Attempt {
  /** `address:port`, or the group's own name where no target could be chosen. */
  readonly address: string;
  readonly connected: boolean;
  /** The head of an answer came; in a stream, the first byte. */
  readonly answered: boolean;
  readonly bytesTo: number;
  readonly bytesFrom: number;
}

interface Line extends Omit<AccessEntry, 'attempts'> {
  readonly targets: string;
  readonly heads: string;
  readonly connects: string;
  readonly toTargets: string;
  readonly fromTargets: string;
}

export function parseAccess(text: string): AccessEntry | null {
  let line: Line;
  try {
    line = JSON.parse(text) as Line;
  } catch {
    return null;
  }
  const { targets, heads, connects, toTargets, fromTargets, ...rest } = line;
  const [head, connect, to, from] = [heads, connects, toTargets, fromTargets].map(list) as [
    string[],
    string[],
    string[],
    string[],
  ];
  return {
    ...rest,
    attempts: list(targets).map((address, index) => ({
      address,
      connected: isNumber(connect[index]),
      answered: isNumber(head[index]),
      bytesTo: Number(to[index] ?? 0) || 0,
      bytesFrom: Number(from[index] ?? 0) || 0,
    })),
  };
}

/** Several attempts are joined by commas, and by colons after an internal redirect, of which there is none here. */
function list(text: string): readonly string[] {
  return text === '' || text === '-' ? [] : text.split(', ');
}

function isNumber(text: string | undefined): boolean {
  return text !== undefined && /^\d/.test(text);
}

/** Why NGINX answered itself, or cut an answer short; null when a target's own answer was passed on. */
export function ownCause({ status, attempts }: AccessEntry): (typeof ownCauses)[number] | null {
  const last = attempts.at(-1);
  if (last?.answered === true) return null;
  // 499: NGINX's own number, never sent: the client has left.
  if (status === 499) return 'client-gone';
  if (!last?.address.includes(':')) return 'no-target';
  if (status === 504) return last.connected ? 'response-timeout' : 'connect-timeout';
  return last.connected ? 'closed-early' : 'refused';
}

/** The address that NGINX has just let go, from its error log; null for any other line. */
export function disabledAddress(line: string): string | null {
  if (!line.includes('upstream server temporarily disabled')) return null;
  return /upstream: "(?:https?:\/\/)?([^/"]+)/.exec(line)?.[1] ?? null;
}
