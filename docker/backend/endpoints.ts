import type { BackendSettings } from '../protocol/backend.ts';
import { cartEndpoint } from './cart-endpoint.ts';
import type { Carts } from './carts.ts';
import type { ContentSource } from './content.ts';
import type { Dependencies } from './dependencies.ts';
import { json, later } from './exchange.ts';
import type { Answer, Exchange, Handler } from './exchange.ts';
import { asPage, byPrefix, userOf } from './pages.ts';
import type { WorkerPool } from './worker-pool.ts';

export interface EndpointServices {
  readonly node: string;
  readonly settings: () => BackendSettings;
  readonly pool: WorkerPool;
  readonly dependencies: Dependencies;
  readonly content: ContentSource;
  readonly carts: Carts;
  /** Why this backend wants no new requests; empty when it does. */
  readonly notReady: () => readonly string[];
}

/** A verdict this young still speaks for a dependency: a dead one is noticed within it, and not asked by each request. */
const requestVerdictMs = 250;

/**
 * request --> /healthz   the process answers
 *             /ready     it wants requests
 *             /health    as deep as the settings say
 *             /cart      one more item in the session's cart
 *             /whoami    what it sees of the caller
 *             the rest   work: a worker, the dependencies, service time, content
 */
export function endpoints(services: EndpointServices): Handler {
  const work = worker(services);
  const own: Readonly<Record<string, Handler | undefined>> = {
    '/healthz': (exchange) => exchange.send(json(200, { node: services.node, status: 'alive' })),
    '/ready': (exchange) => exchange.send(ready(services)),
    '/health': (exchange) => health(exchange, services),
    '/cart': cartEndpoint(services.node, services.carts),
    '/whoami': (exchange) => exchange.send(whoami(exchange, services.node)),
  };
  return (exchange) => (own[exchange.path] ?? work)(exchange);
}

function ready({ node, notReady }: EndpointServices): Answer {
  const reasons = notReady();
  return json(reasons.length === 0 ? 200 : 503, { node, ready: reasons.length === 0, reasons });
}

function health(exchange: Exchange, services: EndpointServices): void {
  const depth = services.settings().healthDepth;
  const { version, asOf } = services.content.present();
  const body = { node: services.node, depth, version, asOf: new Date(asOf).toISOString() };
  switch (depth) {
    case 'shallow': {
      exchange.send(json(200, { ...body, status: 'ok' }));
      return;
    }
    case 'worker': {
      withWorker(exchange, services.pool, (release) => {
        release();
        exchange.send(json(200, { ...body, status: 'ok' }));
      });
      return;
    }
    case 'dependencies':
      void services.dependencies.verdicts(0).then((dependencies) => {
        const ok = dependencies.every((verdict) => verdict.ok || !verdict.required);
        exchange.send(json(ok ? 200 : 503, { ...body, status: ok ? 'ok' : 'failing', dependencies }));
      });
  }
}

function whoami({ request, connection, method }: Exchange, node: string): Answer {
  const headers: [string, string][] = [];
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    headers.push([request.rawHeaders[i] ?? '', request.rawHeaders[i + 1] ?? '']);
  }
  const { socket } = connection;
  return json(200, {
    node,
    connection: connection.id,
    source: connection.remote,
    destination: `${socket.localAddress ?? ''}:${socket.localPort ?? 0}`,
    method,
    url: request.url,
    headers,
    proxy: connection.proxy,
    tls: connection.tls,
  });
}

function worker(services: EndpointServices): Handler {
  const { settings, pool, dependencies } = services;
  const serve: Handler = (exchange) => {
    const serviceMs = serviceMsOf(settings(), exchange.path);
    if (serviceMs === 0) exchange.send(content(exchange, services));
    else later(exchange, serviceMs, () => exchange.send(content(exchange, services)));
  };
  return (exchange) =>
    withWorker(exchange, pool, () => {
      if (!dependencies.any) {
        serve(exchange);
        return;
      }
      void dependencies.verdicts(requestVerdictMs).then((verdicts) => {
        const down = verdicts.find(({ ok, required }) => required && !ok);
        if (down === undefined) {
          serve(exchange);
          return;
        }
        exchange.send(json(503, { node: services.node, error: `${down.name}: ${down.detail}` }));
      });
    });
}

function serviceMsOf({ serviceMs, serviceMsByPath }: BackendSettings, path: string): number {
  return byPrefix(serviceMsByPath, path) ?? serviceMs;
}

/** The worker is given back with the end of the response, however it ends; a client that leaves the queue is forgotten. */
function withWorker(exchange: Exchange, pool: WorkerPool, go: (release: () => void) => void): void {
  const ticket = pool.acquire((release) => {
    exchange.response.once('close', release);
    go(release);
  });
  if (ticket.waiting) exchange.response.once('close', () => ticket.cancel());
}

function content(exchange: Exchange, services: EndpointServices): Answer {
  const { request, connection, method, path } = exchange;
  const { version, asOf, cached } = services.content.present();
  const { bodyBytes, pages } = services.settings();
  const page = byPrefix(pages, path);
  const user = page?.personal === true ? userOf(exchange) : null;
  const answer = json(200, {
    node: services.node,
    connection: connection.id,
    method,
    url: request.url,
    version,
    ...(user === null ? {} : { for: user }),
    asOf: new Date(asOf).toISOString(),
    ...(bodyBytes === 0 ? {} : { filler: 'x'.repeat(bodyBytes) }),
  });
  // RFC 9111 5.1: a cache says how old what it serves is.
  const age = String(Math.max(0, Math.round((Date.now() - asOf) / 1000)));
  const aged = cached ? { ...answer, headers: { ...answer.headers, age } } : answer;
  return page === undefined ? aged : asPage(exchange, page, `W/"${version}-${user ?? 'all'}"`, aged);
}
