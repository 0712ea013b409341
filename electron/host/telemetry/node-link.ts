import http2 from 'node:http2';
import type { Duplex } from 'node:stream';
import type { AdminError, WatchLine } from '../../../docker/protocol/admin.ts';
import type { Json } from '../../contract/session.ts';
import { BlindspotError } from '../../contract/errors.ts';

const firstRetryMs = 50;
const lastRetryMs = 1000;
const callTimeoutMs = 5000;
/** A busy machine may take its time to start a node; a link that is still coming up is not a silent node. */
const linkTimeoutMs = 20_000;
const silentMs = 5000;
const sampleEveryMs = 250;

export interface NodeLink {
  readonly node: string;
  call(method: 'GET' | 'PATCH' | 'PUT' | 'POST' | 'DELETE', path: string, body?: Json): Promise<Json>;
  close(): void;
}

export interface LinkListener {
  line(node: string, line: WatchLine): void;
  state(node: string, up: boolean, detail: string): void;
}

/**
 *   host --(one held stream: exec of nc, or the socket itself)-- HTTP/2 -- admin API
 *
 * One stream carries the endless `watch` and any number of calls. It is opened again, with a growing pause, for as
 * long as the link is wanted.
 */
export function openNodeLink(node: string, connect: () => Promise<Duplex>, listener: LinkListener): NodeLink {
  let wanted = true;
  let session: http2.ClientHttp2Session | null = null;
  let retryMs = firstRetryMs;
  let retry: NodeJS.Timeout | undefined;
  let lastSeq = 0;
  let startedAt = 0;
  let waiting: ((opened: http2.ClientHttp2Session) => void)[] = [];

  const again = (detail: string): void => {
    session = null;
    if (!wanted) return;
    listener.state(node, false, detail);
    retry = setTimeout(() => void open(), retryMs);
    retryMs = Math.min(lastRetryMs, retryMs * 2);
  };

  const open = async (): Promise<void> => {
    let stream: Duplex;
    try {
      stream = await connect();
    } catch (error) {
      again(error instanceof Error ? error.message : String(error));
      return;
    }
    if (!isWanted()) {
      stream.destroy();
      return;
    }
    const opened = http2.connect(`http://${node}`, { createConnection: () => stream });
    let ended = false;
    const end = (detail: string): void => {
      if (ended) return;
      ended = true;
      opened.destroy();
      stream.destroy();
      again(detail);
    };
    opened.on('error', (error: Error) => end(error.message));
    opened.on('close', () => end('the admin connection closed'));
    stream.on('error', (error: Error) => end(error.message));
    stream.on('close', () => end('the admin connection closed'));
    watch(opened, end);
  };

  const watch = (opened: http2.ClientHttp2Session, end: (detail: string) => void): void => {
    const request = opened.request({ ':path': `/watch?ms=${sampleEveryMs}&after=${lastSeq}` });
    let rest = '';
    let replaced = false;
    // Stats come four times a second: a watch that says nothing is dead, whatever its stream believes.
    const silence = setTimeout(() => end('the node fell silent'), silentMs);
    request.on('close', () => clearTimeout(silence));
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      silence.refresh();
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const text of lines) {
        if (text === '' || replaced) continue;
        const line = JSON.parse(text) as WatchLine;
        replaced = isNewProcess(line);
        if (replaced) {
          request.close();
          watch(opened, end);
        } else receive(line, opened);
      }
    });
    request.on('end', () => {
      if (!replaced) end('the node ended its watch stream');
    });
    request.on('error', (error: Error) => end(error.message));
  };

  const receive = (line: WatchLine, opened: http2.ClientHttp2Session): void => {
    if (line.kind === 'hello') {
      session = opened;
      retryMs = firstRetryMs;
      listener.state(node, true, '');
      for (const resume of waiting) resume(opened);
      waiting = [];
    }
    if (line.kind === 'event') lastSeq = Math.max(lastSeq, line.event.seq);
    listener.line(node, line);
  };

  /** A new process numbers its events from one again: what it told before this watch is asked for anew. */
  const isNewProcess = (line: WatchLine): boolean => {
    if (line.kind !== 'hello' || line.identity.startedAt === startedAt) return false;
    startedAt = line.identity.startedAt;
    const stale = lastSeq > 0;
    lastSeq = 0;
    return stale;
  };

  const isWanted = (): boolean => wanted;

  const connected = async (): Promise<http2.ClientHttp2Session> => {
    if (session !== null) return session;
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(unreachable(node)), linkTimeoutMs);
      waiting.push((opened) => {
        clearTimeout(timer);
        resolve(opened);
      });
    });
  };

  void open();

  return {
    node,
    async call(method, path, body) {
      return await callOver(await connected(), node, method, path, body);
    },
    close() {
      wanted = false;
      clearTimeout(retry);
      session?.destroy();
      session = null;
    },
  };
}

function callOver(
  session: http2.ClientHttp2Session,
  node: string,
  method: string,
  path: string,
  body: Json | undefined,
): Promise<Json> {
  return new Promise((resolve, reject) => {
    const request = session.request({ ':method': method, ':path': path, 'content-type': 'application/json' });
    let status = 0;
    let text = '';
    request.setEncoding('utf8');
    request.setTimeout(callTimeoutMs, () => {
      request.close(http2.constants.NGHTTP2_CANCEL);
      reject(unreachable(node));
    });
    request.on('response', (headers) => {
      status = headers[':status'] ?? 0;
    });
    request.on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      try {
        const value = text === '' ? null : (JSON.parse(text) as Json);
        if (status >= 200 && status < 300) resolve(value);
        else reject(refusal(node, value));
      } catch (error) {
        reject(
          new BlindspotError({ code: 'node-refused', message: `${node} answered what is not JSON.` }, error),
        );
      }
    });
    request.on('error', () => reject(unreachable(node)));
    request.on('close', () => reject(unreachable(node)));
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function unreachable(node: string): BlindspotError {
  return new BlindspotError({
    code: 'node-unreachable',
    message: `${node} does not answer on its admin socket.`,
    next: 'Look at its logs; if it has stopped, start it again from its menu.',
    where: node,
  });
}

function refusal(node: string, value: Json): BlindspotError {
  const error = (value as unknown as Partial<AdminError> | null)?.error;
  return new BlindspotError({
    code: error?.code === 'bad-request' ? 'bad-request' : 'node-refused',
    message: error?.message ?? `${node} refused.`,
    where: error?.where === undefined ? node : `${node}: ${error.where}`,
  });
}
