import { problemWords, tlsProblem } from '../lib/tls/problem.ts';
import type { FailureKind } from '../protocol/client.ts';

/** Why a request has no answer: the kind that is counted, and the words for a person. */
export interface Failure {
  readonly kind: FailureKind;
  readonly detail: string;
}

/** By errno, what a failed connect(2) or bind(2) says. */
const connectKinds: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: 'refused',
  // The kernel's own SYN retries ran out before our timeout did.
  ETIMEDOUT: 'connect-timeout',
  // A RST after the handshake can overtake the news that it completed.
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  EMFILE: 'local',
  ENFILE: 'local',
  ENOBUFS: 'local',
  EACCES: 'local',
  // A packet filter on this machine forbids it.
  EPERM: 'local',
};

export function connectFailure(error: NodeJS.ErrnoException): Failure {
  const detail = error.message;
  const code = error.code ?? '';
  // On bind, EADDRNOTAVAIL means that the address is not this machine's; on connect, that all its ports are taken
  // (Linux keeps about 28,000, each for 60 s in TIME_WAIT). Node reports a bind without a free port as EADDRINUSE.
  if (code === 'EADDRNOTAVAIL' && error.syscall === 'bind') return { kind: 'local', detail };
  if (code === 'EADDRNOTAVAIL' || code === 'EADDRINUSE') {
    return {
      kind: 'no-port',
      detail: `${detail}: every local port is in use, or held in TIME_WAIT for 60 s`,
    };
  }
  return { kind: connectKinds[code] ?? 'local', detail };
}

/** How much of the answer was there when the connection broke. */
export type Progress = 'nothing' | 'head' | 'body';

/** An established connection that broke with an error: a RST, or a write to a peer that is gone. */
export function brokenFailure(error: NodeJS.ErrnoException, progress: Progress): Failure {
  if (progress === 'body') return { kind: 'truncated', detail: `${error.message} inside the body` };
  // TLS 1.3: a server that wants a client certificate says so after the client has finished its handshake.
  const refusal = error.code?.startsWith('ERR_SSL_') === true ? tlsProblem(error) : null;
  if (refusal !== null) return { kind: 'tls', detail: problemWords(refusal, error) };
  const kind = error.code === 'EHOSTUNREACH' || error.code === 'ENETUNREACH' ? 'unreachable' : 'reset';
  return { kind, detail: error.message };
}

/** An established connection that the peer closed in order (FIN) before the answer was whole. */
export function closedFailure(progress: Progress): Failure {
  if (progress === 'body') return { kind: 'truncated', detail: 'the connection was closed inside the body' };
  const when = progress === 'head' ? 'inside the head' : 'before the first byte';
  return { kind: 'closed-early', detail: `the connection was closed ${when}` };
}
