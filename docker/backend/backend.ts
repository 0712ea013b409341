import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import { ConfigProblem } from '../lib/read-config.ts';
import { AdminProblem } from '../lib/admin-problem.ts';
import type { Front } from '../lib/tls/front.ts';
import { loadQuic } from '../lib/quic/quiche.ts';
import { processStats } from '../lib/process-stats.ts';
import type { Context, Program, Role, SettingsHandle } from '../lib/program-types.ts';
import { backendConfigSchema, backendSettingsSchema } from '../protocol/backend.ts';
import type { BackendConfig, BackendSettings } from '../protocol/backend.ts';
import type { Certificate, ServerTls } from '../protocol/tls.ts';
import { createConnections } from './connections.ts';
import { createCarts } from './carts.ts';
import { createContentSource } from './content.ts';
import { createDatagrams } from './datagrams.ts';
import { createDependencies } from './dependencies.ts';
import { createDrain } from './drain.ts';
import { endpoints } from './endpoints.ts';
import { faultRoutes } from './fault-routes.ts';
import { createFaultStage } from './fault-stage.ts';
import type { FaultStage } from './fault-stage.ts';
import { createHttp2Server } from './http2-server.ts';
import { createHttpServer } from './http-server.ts';
import { createListener } from './listener.ts';
import { createProxyGate } from './proxy-gate.ts';
import { createQuicEndpoint } from './quic-server.ts';
import { createRequestLog } from './request-log.ts';
import { createWorkerPool } from './worker-pool.ts';

export const backendRole: Role<BackendConfig> = {
  role: 'backend',
  schema: backendConfigSchema,
  start: startBackend,
};

/**
 * listener --> connection faults --> [TLS] --> HTTP/1.1 parser --> request faults --> endpoints --> answer
 *                                                  |
 *                                               counters, records, log
 */
export async function startBackend(
  config: BackendConfig,
  context: Context,
  exit: (code: number) => void = (code) => process.exit(code),
): Promise<Program> {
  const { node, now, events } = context;
  let settings = config.settings;
  let configured: ServerTls | null = null;
  const out = (line: string) => void process.stdout.write(`${line}\n`);

  const pool = createWorkerPool();
  const dependencies = createDependencies(() => settings.dependencies, now);
  const carts = createCarts();
  const content = createContentSource(() => settings.version, now);
  const connections = createConnections(node);
  const listener = createListener(config.listen, onConnection, out);
  function onConnection(socket: Socket) {
    connections.open(socket);
    const { maxConnections } = settings;
    if (maxConnections > 0 && connections.counts().open > maxConnections) {
      socket.resetAndDestroy();
      return;
    }
    faults.accept(socket);
  }
  const drain = createDrain(connections, listener);

  const http = createHttpServer({
    context,
    connections,
    log: createRequestLog({ now, out, all: () => settings.accessLog }),
    handle: (exchange) => faults.handle(exchange),
    draining: () => drain.begun,
    serviceMs: () => settings.serviceMs,
  });
  const datagrams = createDatagrams({
    node,
    listen: config.listen,
    counterOf: http.counterOf,
    log: (line) => void process.stderr.write(`${line}\n`),
  });
  const quic = createQuicEndpoint({
    context,
    listen: config.listen,
    certificate: shownByQuic(config),
    counterOf: http.counterOf,
    serviceMs: () => settings.serviceMs,
    log: (line) => void process.stderr.write(`${line}\n`),
  });
  const tls = await tlsFront(
    config,
    () => settings.http2,
    (secure, raw) => {
      connections.secured(secure, raw);
      if (secure.alpnProtocol === 'h2') http2.serve(secure, http.serve);
      else http.serve(secure);
    },
  );
  const http2 = createHttp2Server({
    context,
    connections,
    settings: () => settings,
    draining: () => drain.begun,
    counterOf: http.counterOf,
  });
  const inClear = (socket: Socket) => (settings.http2 ? http2.serve(socket, http.serve) : http.serve(socket));
  const serve = (socket: Socket) => (tls?.on === true ? tls.accept(socket) : inClear(socket));
  const faults = createFaultStage(
    {
      node,
      port: config.listen.port,
      settings: () => settings,
      now,
      random: Math.random,
      listener,
      tls,
      pool,
      dependencies,
      content,
      exit,
      log: (line) => void process.stderr.write(`${line}\n`),
    },
    events,
    endpoints({
      node,
      settings: () => settings,
      pool,
      dependencies,
      content,
      carts,
      notReady: () => [...(drain.begun ? ['draining'] : []), ...faults.notReady()],
    }),
    createProxyGate({ settings: () => settings, connections, serve }),
  );

  const handle: SettingsHandle<BackendSettings> = {
    schema: backendSettingsSchema,
    get: () => settings,
    apply(next) {
      if (next.tls.on && tls === null) throw noCertificate;
      if (next.quic.on) refuseQuic(next, config);
      const otherAlpn = next.http2 !== settings.http2;
      settings = next;
      if (otherAlpn || !isDeepStrictEqual(next.tls, configured)) tls?.configure((configured = next.tls));
      pool.setLimit(next.workers);
      carts.setStore(next.cartStore);
      http.setKeepAlive(next.keepAliveMs);
      datagrams.set(next.udp);
      quic.set(next.quic);
    },
  };
  if (settings.tls.on && tls === null) throw new ConfigProblem(`settings.tls.on: ${noCertificate.message}`);
  inConfig(() => handle.apply(settings, []));
  await listener.open();
  beginFaults(faults, config);

  return {
    stats: () => ({
      role: 'backend',
      process: processStats(node, now()),
      ...http.counts(),
      connections: quic.counts(datagrams.counts(connections.counts())),
      ...(tls === null ? {} : { tls: tls.stats() }),
      ...(quic.used ? { quic: quic.stats() } : {}),
      faults: faults.stats(),
    }),
    settings: handle,
    routes: faultRoutes(faults),
    reset: () => faults.clearAll(),
    heeds: (signal) => faults.heeds(signal),
    async stop() {
      await drain.run(settings.drainMs);
      datagrams.close();
      quic.close();
      carts.close();
      faults.clearAll();
    },
  };
}

const noCertificate = new AdminProblem(
  'bad-request',
  'this backend holds no certificate: give its node `certificates` in the lab',
  'tls.on',
);

/** Loaded only by a backend that holds a certificate: TLS takes 5 MB of memory. */
async function tlsFront(
  { identity }: BackendConfig,
  http2: () => boolean,
  secured: (secure: TLSSocket, raw: Socket) => void,
): Promise<Front | null> {
  if (identity === undefined || identity.certificates.length === 0) return null;
  const { createFront } = await import('../lib/tls/front.ts');
  return createFront({ identity, alpn: () => (http2() ? ['h2', 'http/1.1'] : ['http/1.1']), secured });
}

/** The library shows one certificate to everybody: a site's where the node holds one, else its own. */
function shownByQuic({ identity }: BackendConfig): Certificate | undefined {
  return identity?.certificates[1] ?? identity?.certificates[0];
}

function refuseQuic({ udp }: BackendSettings, config: BackendConfig): void {
  if (shownByQuic(config) === undefined || loadQuic() === null) {
    const why = 'QUIC needs a certificate (give the node `certificates` in the lab) and Linux on x64';
    throw new AdminProblem('bad-request', why, 'quic.on');
  }
  if (udp) throw new AdminProblem('bad-request', 'plain datagrams and QUIC cannot share one port', 'udp');
}

function inConfig(apply: () => void): void {
  try {
    apply();
  } catch (error) {
    if (error instanceof AdminProblem)
      throw new ConfigProblem(`settings.${error.where ?? ''}: ${error.message}`);
    throw error;
  }
}

function beginFaults(faults: FaultStage, config: BackendConfig): void {
  for (const [name, request] of Object.entries(config.faults)) {
    try {
      faults.set(name, request);
    } catch (error) {
      if (error instanceof AdminProblem) throw new ConfigProblem(`faults.${name}: ${error.message}`);
      throw error;
    }
  }
}
