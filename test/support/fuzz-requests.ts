//  mutated bytes, cut --> proxy > witness of its judgement --> node's own HTTP server, which says what it saw
import { createHash } from 'node:crypto';
import { createServer, METHODS } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { kind } from '../../docker/l7/policies/policy-kind.ts';
import type { PolicyKind } from '../../docker/l7/policies/policy-kind.ts';
import { onCleanUp, proxyTo } from '../unit/docker/l7/rig.ts';
import { seeded } from './fuzz.ts';
import { mutatedRequests } from './fuzz-request-text.ts';
import { waitUntil } from './wait.ts';

/** One request as one reader understood it. */
interface Reading {
  readonly what: string;
  /** Length and digest of the body; null while it is not whole. */
  body: string | null;
  readonly port: number;
}

export interface RequestTally {
  connections: number;
  /** Requests that the proxy made of their bytes, and what it refused to take for one or to wait for. */
  judged: number;
  refused: number;
  /** Of those judged, what the target saw whole, and what it saw cut as the proxy had. */
  seen: number;
  cut: number;
  /** Methods and targets that node does not know and a proxy passes on (RFC 9110 section 9.1). */
  foreign: number;
}

/** So long a proxy waits here for bytes that never come. */
const patienceMs = 150;
const atOnce = 200;

/** A proxy and a target for mutated requests; they live until `cleanUp`. */
export async function requestFuzzer() {
  let judged = new Map<string, Reading>();
  let seen = new Map<string, Reading>();
  let answers = new Map<number, string[]>();
  const broken: string[] = [];
  let refused = 0;

  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    const id = String(headers['x-request-id']);
    const reading: Reading = { what: `${method} ${url} ${headers.host ?? ''}`, body: null, port: 0 };
    if (seen.has(id)) broken.push(`the target saw ${id} twice: ${reading.what}`);
    seen.set(id, reading);
    const digest = createDigest();
    incoming.on('data', digest.add);
    incoming.on('end', () => {
      reading.body = digest.done();
      outgoing.setHeader('x-seen', id);
      outgoing.end('ok');
    });
    incoming.on('error', () => undefined);
  });
  const foreign: string[] = [];
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    socket.destroy();
    const { code = '' } = error;
    // A request that its client abandons ends in the middle; anything else is bytes of ours that node cannot read.
    if (code === 'HPE_INVALID_EOF_STATE' || code === 'ECONNRESET') return;
    if (code === 'HPE_INVALID_METHOD' || code === 'HPE_INVALID_URL') foreign.push(code);
    else broken.push(`the target cannot read what the proxy sent: ${code} ${error.message}`);
  });
  server.on('upgrade', (incoming, socket) => {
    const id = String(incoming.headers['x-request-id']);
    seen.set(id, {
      what: `${incoming.method ?? ''} ${incoming.url ?? ''} ${incoming.headers.host ?? ''}`,
      body: '0',
      port: 0,
    });
    socket.on('error', () => undefined);
    socket.end(`HTTP/1.1 200 OK\r\nX-Seen: ${id}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onCleanUp(() => {
    server.closeAllConnections();
    server.close();
  });

  const targetPort = (server.address() as AddressInfo).port;
  const targetHost = `127.0.0.1:${targetPort}`;

  /** What the proxy took each request for, by its own word: the head as judged, the body as read. */
  const witness: PolicyKind = kind('waf', () => ({
    name: 'waf',
    request(call) {
      const { method, target, authority } = call.received;
      // HTTP/1.0 lets a client name no host, and then the target is its own.
      const host = authority === '' ? targetHost : authority;
      const reading: Reading = { what: `${method} ${target} ${host}`, body: null, port: call.peer.port };
      if (judged.has(call.id)) broken.push(`the proxy judged ${call.id} twice`);
      judged.set(call.id, reading);
      if (call.hasBody && call.upgrade === null) {
        const digest = createDigest();
        call.wrapBody((next) => ({
          ...next,
          write(chunk) {
            digest.add(chunk);
            return next.write(chunk);
          },
          end(trailers) {
            reading.body = digest.done();
            next.end(trailers);
          },
        }));
      } else reading.body = '0';
      return null;
    },
  }));
  const { port, proxy } = await proxyTo(
    [targetPort],
    {
      accessLog: false,
      keepAliveMs: patienceMs,
      http: { headTimeoutMs: patienceMs, bodyTimeoutMs: patienceMs, tunnelIdleMs: patienceMs },
      retry: { stale: false },
      connectRetries: 0,
    },
    [witness],
  );

  const client = (pieces: readonly Buffer[]) =>
    new Promise<void>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      let text = '';
      let mine = 0;
      socket.on('connect', () => {
        mine = socket.localPort ?? 0;
        const next = (at: number) => {
          const piece = pieces[at];
          if (piece === undefined || socket.destroyed) return;
          socket.write(piece);
          setImmediate(next, at + 1);
        };
        next(0);
      });
      socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        refused += [...text.matchAll(/^HTTP\/1\.1 (4|501|505)/gm)].length;
        const ids = [...text.matchAll(/^x-seen: (\S+)\r$/gim)].map(([, id]) => id ?? '');
        // A port may come again; what it was told adds up.
        answers.set(mine, [...(answers.get(mine) ?? []), ...ids]);
        resolve();
      });
    });

  /** So many connections; throws at the first broken rule, with the seed that makes it come again. */
  const run = async (count: number, seed: number): Promise<RequestTally> => {
    const random = seeded(seed);
    let left = count;
    const worker = async () => {
      while (left > 0) {
        left -= 1;
        await client(cut(mutatedRequests(random), random));
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
    await waitUntil(() => proxy.requests.view().inFlight === 0, 20_000, `a quiet proxy (seed ${seed})`);
    const tally = compare(seed);
    tally.connections = count;
    tally.refused = refused;
    refused = 0;
    judged = new Map();
    seen = new Map();
    answers = new Map();
    foreign.length = 0;
    return tally;
  };

  const compare = (seed: number): RequestTally => {
    const tally = {
      connections: 0,
      judged: judged.size,
      refused: 0,
      seen: 0,
      cut: 0,
      foreign: foreign.length,
    };
    const fail = (what: string) => new Error(`${what}, seed ${seed}`);
    if (broken[0] !== undefined) throw fail(broken[0]);
    for (const [id, { what, body }] of seen) {
      const own = judged.get(id);
      if (own === undefined) throw fail(`the target saw what the proxy did not judge: ${what}`);
      if (own.what !== what) throw fail(`the proxy judged ${own.what}, the target saw ${what}`);
      if (body === null) tally.cut += 1;
      else if (body !== own.body)
        throw fail(`the body of ${what}: ${own.body ?? 'not whole'} judged, ${body} seen`);
      else tally.seen += 1;
    }
    for (const [port, ids] of answers) {
      for (const id of ids) {
        if (judged.get(id)?.port !== port) throw fail(`the answer to ${id} went to another client`);
      }
      if (new Set(ids).size !== ids.length) throw fail(`an answer was given twice at ${port}`);
    }
    const strange = [...judged.values()].filter(({ what }) => isForeign(what)).length;
    if (tally.foreign > strange)
      throw fail(`node refused ${tally.foreign} requests, of which ${strange} are foreign to it`);
    return tally;
  };

  return { run };
}

function isForeign(what: string): boolean {
  return !METHODS.includes(what.split(' ')[0] ?? '') || /[\x80-\xff]/.test(what);
}

function createDigest() {
  const hash = createHash('sha1');
  let bytes = 0;
  return {
    add(chunk: Buffer) {
      bytes += chunk.length;
      hash.update(chunk);
    },
    done: () => (bytes === 0 ? '0' : `${bytes} ${hash.digest('hex').slice(0, 12)}`),
  };
}

/** In up to four pieces, at any byte; each reaches the proxy by itself. */
function cut(bytes: Buffer, random: () => number): readonly Buffer[] {
  const places = Array.from({ length: Math.floor(random() * 4) }, () => Math.floor(random() * bytes.length));
  const all = [0, ...places.sort((a, b) => a - b), bytes.length];
  return all.slice(1).flatMap((end, index) => {
    const piece = bytes.subarray(all[index], end);
    return piece.length === 0 ? [] : [piece];
  });
}
