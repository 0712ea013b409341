import { generateKeyPairSync, sign } from 'node:crypto';
import type { L7Patch } from '../../docker/protocol/balancer.ts';
import { haproxyHttp } from './balancers/haproxy.ts';
import { nginxHttp } from './balancers/nginx.ts';
import { ourL7 } from './balancers/ours.ts';
import { startHttp2Backend } from './http2-backend.ts';
import { h2load, handshakes } from './load/program-load.ts';
import { idleMemory } from './memory.ts';
import { beside, duel, throughput } from './stand.ts';
import type { Case, Load, Pair, Stand } from './stand.ts';
import type { Subject } from './subject.ts';

const group = { targets: ['t0', 't1', 't2', 't3'] };
const routing = {
  groups: { all: group },
  routes: {
    api: { match: { path: '/api' }, forward: { all: 1 } },
    rest: { forward: { all: 1 } },
  },
};
/** Routes, X-Forwarded-*, X-Request-Id, counters and time-outs on; the peers do the same. */
const ours = () => ourL7('the L7 proxy', { routing });
const kilobyte = { path: '/api/1024', connections: 64 };
const megabyte = { path: '/api/1048576', connections: 16 };
const atLeast = (ratio: number) => ({ is: 'at least', ratio }) as const;

type Measure = (stand: Stand, pair: Pair) => Promise<Awaited<ReturnType<typeof throughput>>>;

const signed = makeToken();

export const l7Cases: readonly Case[] = [
  both('keep-alive 1 KB', { goal: atLeast(0.7) }, (stand, pair) => throughput(stand, pair, kilobyte)),
  both('bulk 1 MB', { goal: atLeast(1.2) }, (stand, pair) => throughput(stand, pair, megabyte)),
  both('TLS keep-alive 1 KB', { goal: atLeast(0.5), tls: true }, spoken({ tls: true, http2: false })),
  both('ECDSA handshakes', { goal: atLeast(0.65), tls: true }, (stand, pair) =>
    other(stand, pair, 'handshakes per CPU second', handshakes),
  ),
  both('HTTP/2 1 KB', { goal: atLeast(0.4), http2: true }, spoken({ tls: false, http2: true })),
  { name: 'HTTP/2 to targets 1 KB', run: toHttp2Targets },
  ...[haproxyHttp, nginxHttp].map((peer) =>
    idleMemory(
      { name: '10,000 idle clients', ours, peer },
      { mostBytes: 10_240, connections: 10_000, busy: true },
    ),
  ),
  self('1,000 routes', () => ourL7('with 1,000', { routing: manyRoutes() }), {
    peer: () => ourL7('with one', { routing: oneRoute() }),
    goal: atLeast(1 / 1.15),
    path: '/r999/1024',
  }),
  price('routes', { routing }),
  price('access log', { accessLog: true }),
  price('X-Forwarded-For', { forwardedFor: 'append' }, { without: { forwardedFor: 'keep' } }),
  price('trace context', { tracing: true }),
  price('Forwarded', { forwarded: 'append' }),
  price('sticky cookie', { sticky: { mode: 'duration' } }),
  price('rate limit', { limits: { rules: { all: { requests: 10_000, perMs: 50 } } } }),
  price('WAF', { waf: { mode: 'block' } }),
  price('retries', { retry: { tries: 2 } }),
  // None is due: a timer and a race for each request.
  price('hedging', { hedge: { enabled: true, afterMs: 1000 } }),
  price('cache (hits)', { cache: { enabled: true } }, { path: '/cacheable/1024' }),
  price('compression', { compression: { encodings: ['gzip'] } }, { fields: ['Accept-Encoding: gzip'] }),
  price('tokens', { tokens: signed.settings }, { fields: [`Authorization: Bearer ${signed.token}`] }),
];

/** HTTP/1 in front, so that it is what lies behind that is measured. */
async function toHttp2Targets(stand: Stand) {
  const name = 'HTTP/2 to targets 1 KB';
  const backend = await startHttp2Backend(1024);
  try {
    const pair = {
      name,
      ours: () => ourL7('the L7 proxy', { routing, pool: { protocol: 'http2' } }),
      peer: () => haproxyHttp('http2'),
    };
    return [await throughput({ ...stand, backendPort: backend.port }, pair, kilobyte)];
  } finally {
    await backend.stop();
  }
}

function both(name: string, about: Partial<Pair>, measure: Measure): Case {
  return {
    name,
    run: async (stand) => [
      await measure(stand, { ...about, name, ours, peer: haproxyHttp }),
      await measure(stand, { ...about, name, ours, peer: nginxHttp, goal: null }),
    ],
  };
}

function spoken(as: Parameters<typeof h2load>[2]): Measure {
  return (stand, pair) =>
    other(stand, pair, 'requests per CPU second', (subject) =>
      h2load(subject, kilobyte.path, as, stand.sliceMs),
    );
}

async function other(stand: Stand, pair: Pair, unit: string, loadOf: (subject: Subject) => Load) {
  return await beside(pair, unit, (a, b) =>
    duel(stand, pair, a, b, (subject) => Promise.resolve(loadOf(subject))),
  );
}

interface Beside {
  readonly peer: Pair['peer'];
  readonly goal?: Pair['goal'];
  readonly path?: string;
  readonly fields?: readonly string[];
}

/** There are many of these, and all within five minutes. */
const mostRounds = 5;

/** The proxy beside itself with other settings. */
function self(
  name: string,
  on: Pair['ours'],
  { peer, goal = null, path = kilobyte.path, fields = [] }: Beside,
): Case {
  return {
    name,
    run: async (stand) => [
      await throughput(
        { ...stand, rounds: Math.min(stand.rounds, mostRounds) },
        { name, ours: on, peer, goal },
        { ...kilobyte, path, fields },
      ),
    ],
  };
}

interface Priced extends Pick<Beside, 'path' | 'fields'> {
  readonly without?: L7Patch;
}

/** One policy on, beside the same proxy with nothing on. */
function price(what: string, settings: L7Patch, { without = {}, ...load }: Priced = {}): Case {
  const off = () => ourL7('with it off', without);
  return self(`price of ${what}`, () => ourL7(`with ${what}`, settings), { peer: off, ...load });
}

function oneRoute() {
  return { ...routing, routes: { r999: { match: { path: '/r999' }, forward: { all: 1 } } } };
}

function manyRoutes() {
  const names = Array.from({ length: 1000 }, (_, index) => `r${index}`);
  const route = (name: string) => [name, { match: { path: `/${name}` }, forward: { all: 1 } }] as const;
  return { ...routing, routes: Object.fromEntries(names.map(route)) };
}

/** One token that holds for as long as a bench runs, and the key by which the proxy knows it. */
function makeToken() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const expires = Math.floor(Date.now() / 1000) + 3600;
  const text = `${part({ alg: 'ES256', typ: 'JWT' })}.${part({ sub: 'bench', exp: expires })}`;
  const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const { kty = '', crv = '', x = '', y = '' } = publicKey.export({ format: 'jwk' });
  return {
    token: `${text}.${signature.toString('base64url')}`,
    settings: { rules: { all: {} }, keys: [{ kty, crv, x, y, alg: 'ES256' }] },
  };
}
