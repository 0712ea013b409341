import type { ownCauses } from '../../protocol/stats.ts';

/** One request or, in TCP mode, one session that HAProxy logged at its end. */
export interface LogEntry {
  /** Null where no server was chosen. */
  readonly server: string | null;
  readonly client: string;
  readonly id: string;
  /** HTTP only; -1 where no status was ever sent. */
  readonly status: number | null;
  readonly totalMs: number;
  readonly termination: string;
  readonly method: string;
  readonly path: string;
  readonly source: string;
}

/**
 * `option httplog` and `option tcplog`, manual section 8.2:
 *   ADDRESS [DATE] front targets/SERVER Tq/Tw/Tc/Tr/Ta STATUS BYTES - - TERM ac/fc/bc/sc/rc sq/bq {captures} "REQUEST"
 *   ADDRESS [DATE] front targets/SERVER Tw/Tc/Tt BYTES TERM ac/fc/bc/sc/rc sq/bq
 */
const http =
  /^(\S+) \[[^\]]+\] front targets\/(\S+) \S+\/\+?(-?\d+) (-?\d+) \+?\d+ \S+ \S+ (\S{4}) \S+ \S+ \{([^|}]*)\|([^}]*)\} "(\S*) ?(\S*)/;
const tcp = /^(\S+) \[[^\]]+\] front targets\/(\S+) \S+\/\+?(-?\d+) \+?\d+ (\S{2}) \S+ \S+$/;

export function parseLog(line: string): LogEntry | null {
  const request = http.exec(line);
  if (request !== null) {
    const [
      ,
      source = '',
      server = '',
      total,
      status,
      termination = '',
      client = '',
      id = '',
      method = '',
      path = '',
    ] = request;
    return {
      ...{ source, server: nameOf(server), totalMs: Number(total), status: Number(status) },
      ...{ termination, client, id, method, path },
    };
  }
  const session = tcp.exec(line);
  if (session === null) return null;
  const [, source = '', server = '', total, termination = ''] = session;
  return {
    ...{ source, server: nameOf(server), totalMs: Number(total), status: null },
    ...{ termination, client: '', id: '', method: '', path: '' },
  };
}

function nameOf(server: string): string | null {
  return server.startsWith('<') ? null : server;
}

/**
 * Why HAProxy answered itself or cut an answer short, from the first two letters of the termination state: who ended it
 * (C client, S server, P proxy; small for a time-out) and when (C connecting, H waiting for the head, D in the data).
 * Null when the server's own answer was passed on whole.
 */
export function ownCause({ termination, server }: LogEntry): (typeof ownCauses)[number] | null {
  const [who = '-', when = '-'] = termination;
  if (who === '-') return null;
  if (server === null && (who === 'S' || who === 's')) return 'no-target';
  if (who === 'C' || who === 'c') return 'client-gone';
  if (who === 'S' && when === 'C') return 'refused';
  if (who === 's' && when === 'C') return 'connect-timeout';
  if (who === 'S' && when === 'H') return 'reset';
  if (who === 's') return 'response-timeout';
  if (who === 'P') return 'bad-response';
  return 'closed-early';
}
