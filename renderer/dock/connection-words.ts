import type { ConnectionRow } from '../../electron/contract/connections.ts';

const states: Readonly<Record<ConnectionRow['state'], string>> = {
  opening: 'first bytes awaited',
  dialling: 'dialling',
  open: 'open',
  'client-done': 'client sent FIN',
  'target-done': 'target sent FIN',
};

const ends: Readonly<Record<string, string | undefined>> = {
  closed: 'closed by both',
  'client-reset': 'client reset it',
  'target-reset': 'target reset it',
  idle: 'idle too long',
  'let-go': 'let go by the balancer',
  'no-target': 'no target',
  'not-allowed': 'source not allowed',
  'too-many': 'too many of this source',
  'too-fast': 'too fast for this source',
  'proxy-header': 'no valid PROXY header',
  'no-route': 'no route for its name',
};

export function stateWords(state: ConnectionRow['state']): string {
  return states[state];
}

export function howEnded(end: string): string {
  return ends[end] ?? end;
}
