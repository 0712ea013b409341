import type * as http2 from 'node:http2';
import type { ClientSettings } from '../../protocol/client.ts';
import { createAlarm } from '../alarm.ts';
import { failed } from '../exchange.ts';
import type { Ending, PlannedRequest, Transport, Wire } from '../exchange.ts';
import type { Secure } from '../tls.ts';
import { openSession } from './session.ts';
import type { Session } from './session.ts';

/** What one protocol over HTTP/2 says and reads. */
export interface Dialect {
  headers(request: PlannedRequest, settings: ClientSettings): http2.OutgoingHttpHeaders;
  body(settings: ClientSettings): Buffer | null;
  answer(
    head: http2.IncomingHttpHeaders,
    trailers: http2.IncomingHttpHeaders,
  ):
    | {
        readonly status: string;
        readonly ok: boolean;
        readonly server: string | null;
        readonly setCookies?: readonly string[];
      }
    | { readonly problem: string };
}

/** As gRPC: what no server has looked at may be sent again, but not for ever to one that refuses everything. */
const triesUnseen = 2;

/**
 * request --> session of the user --> stream --> answer
 *
 * A stream that the server never looked at, because its GOAWAY crossed it or it said so, goes again without cost (RFC 9113
 * sections 6.8 and 8.7). new: one session per request. kept: one per user, and a user's requests in flight are streams of the same session:
 * this is what HTTP/2 is for, and why one connection can hide a crowd from an L4 balancer.
 */
export function createStreams(
  settings: () => ClientSettings,
  wire: Wire,
  secure: Secure | null,
  dialect: Dialect,
): Transport {
  const { address, port } = settings();
  const sessions = new Map<number, Session>();
  const live = new Set<Session>();
  let retired = false;

  const sessionFor = ({ user, source }: PlannedRequest, kept: boolean): Session => {
    const known = kept ? sessions.get(user) : undefined;
    if (known?.usable === true) {
      wire.reused += 1;
      return known;
    }
    const session = openSession({ address, port, source, user, secure }, wire, (gone) => {
      live.delete(gone);
      if (sessions.get(user) === gone) sessions.delete(user);
    });
    live.add(session);
    if (kept) sessions.set(user, session);
    return session;
  };

  return {
    send(request, done) {
      const now = settings();
      const kept = now.connections === 'kept' && !retired;
      const attempt = (triesLeft: number): void => {
        const session = sessionFor(request, kept);
        exchange(session, request, now, dialect, (ending, unseen) => {
          const { connections, users } = settings();
          if (!kept || retired || connections === 'new' || request.user >= users) session.closeWhenIdle();
          // In another turn of the loop: this one may not have heard of the GOAWAY yet that refused it.
          if (unseen && triesLeft > 0) setImmediate(attempt, triesLeft - 1);
          else done(ending);
        });
      };
      attempt(triesUnseen);
    },
    retire() {
      retired = true;
      for (const session of live) session.closeWhenIdle();
    },
    destroy() {
      for (const session of live) session.destroy();
    },
  };
}

function exchange(
  session: Session,
  request: PlannedRequest,
  settings: ClientSettings,
  dialect: Dialect,
  /** `unseen`: no server has looked at the request. */
  done: (ending: Ending, unseen: boolean) => void,
): void {
  let head: http2.IncomingHttpHeaders | null = null;
  let trailers: http2.IncomingHttpHeaders = {};
  let stream: http2.ClientHttp2Stream | null = null;
  let broken: NodeJS.ErrnoException | null = null;
  let over = false;
  let unseen = false;

  const finish = (ending: Ending) => {
    if (over) return;
    over = true;
    alarm.clear();
    stopWaiting();
    done(ending, unseen);
    // RST_STREAM for a stream that is not over; the session lives on.
    stream?.destroy();
  };

  const alarm = createAlarm(settings.totalTimeoutMs, (kind, afterMs) =>
    finish(failed(kind, `nothing more within ${Math.round(afterMs)} ms`, session.name)),
  );
  alarm.phase('connect-timeout', settings.connectTimeoutMs);
  session.whenShaking(() => alarm.phase('tls-timeout', settings.connectTimeoutMs));

  const stopWaiting = session.whenReady((failure) => {
    if (failure !== null) {
      finish(failed(failure.kind, failure.detail, session.name));
      return;
    }
    alarm.phase('first-byte-timeout', settings.firstByteTimeoutMs);
    stream = session.request(dialect.headers(request, request.as), dialect.body(request.as));
    if (stream === null) {
      unseen = true;
      finish(endingOf());
      return;
    }
    stream.on('response', (headers) => {
      head = headers;
      alarm.rest();
    });
    stream.on('trailers', (headers: http2.IncomingHttpHeaders) => (trailers = headers));
    stream.on('error', (error: Error) => (broken = error));
    stream.resume();
    stream.on('close', () => {
      unseen = head === null && stream !== null && session.unseen(stream);
      finish(endingOf());
    });
  });

  const endingOf = (): Ending => {
    const progress = head === null ? 'nothing' : 'body';
    // `readableEnded` only after END_STREAM: a stream that was cut closes without it.
    if (head === null || stream?.readableEnded !== true || stream.rstCode !== 0) {
      const { kind, detail } = session.cutFailure(progress, broken);
      return failed(kind, detail, session.name);
    }
    const read = dialect.answer(head, trailers);
    if ('problem' in read) return failed('bad-response', read.problem, session.name);
    const { tls } = session;
    return { ...read, failure: null, connection: session.name, detail: '', ...(tls === null ? {} : { tls }) };
  };
}
