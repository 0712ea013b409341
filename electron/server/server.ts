import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { BlindspotError } from '../contract/errors.ts';
import type { Host } from '../contract/requests.ts';
import { readAsset } from '../host/window/assets.ts';
import { windowHeaders } from '../host/window/headers.ts';
import { maxMessageChars } from '../rpc/wire.ts';
import { serve } from '../rpc/serve.ts';
import { createGate } from './gate.ts';
import type { Gate } from './gate.ts';
import { methodPage, missingPage, notBuiltPage, refusedPage, welcomePage } from './pages.ts';
import type { Page } from './pages.ts';
import { socketChannel } from './socket-channel.ts';

// browser --GET /?token--> gate --cookie--> static window      browser ==WebSocket /channel==> serve(host)

export interface ServerOptions {
  readonly host: Host;
  /** The built window. */
  readonly assets: string;
  /** Null: the first free port from 7420 up. */
  readonly port: number | null;
  /** Development: answers a request that the gate let in, in place of the built files. */
  readonly middleware?: Middleware;
}

export type Middleware = (request: IncomingMessage, response: ServerResponse) => void;

export interface RunningServer {
  readonly port: number;
  /** A link with a fresh token; it opens one browser. */
  readonly link: () => string;
  readonly close: () => Promise<void>;
}

const firstPort = 7420;
const lastPort = 7439;
const address = '127.0.0.1';

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const server = createServer();
  const port = await listen(server, options.port);
  const gate = createGate(port);
  const headers = windowHeaders([`ws://${address}:${port}`, `ws://localhost:${port}`]);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageChars,
    perMessageDeflate: false,
  });

  server.on('request', (request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    respond(options, gate, request, response).catch(() => {
      response.destroy();
    });
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined);
    if (pathOf(request) !== '/channel' || !gate.admitSocket(request)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      serve(options.host, socketChannel(accepted));
    });
  });

  return {
    port,
    link: () => `http://${address}:${port}/?token=${gate.token()}`,
    close: () => {
      for (const socket of sockets.clients) socket.terminate();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

async function respond(
  options: ServerOptions,
  gate: Gate,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const admission = gate.admit(request);
  if (admission.kind === 'refused') {
    send(response, refusedPage(admission.why));
    return;
  }
  if (admission.kind === 'welcome') {
    response.setHeader('set-cookie', admission.cookie);
    send(response, welcomePage());
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    send(response, methodPage());
    return;
  }
  if (options.middleware !== undefined) {
    options.middleware(request, response);
    return;
  }
  const path = pathOf(request);
  const asset = await readAsset(options.assets, path);
  if (asset === null) {
    send(response, path === '/' ? notBuiltPage() : missingPage());
    return;
  }
  response.writeHead(200, {
    'content-type': asset.type,
    'content-length': asset.bytes.length,
    'cache-control': asset.immutable ? 'private, max-age=31536000, immutable' : 'no-cache',
  });
  response.end(request.method === 'HEAD' ? undefined : asset.bytes);
}

function send(response: ServerResponse, page: Page): void {
  response.writeHead(page.status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(page.html);
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}

async function listen(server: Server, port: number | null): Promise<number> {
  if (port !== null) return tryPort(server, port);
  for (let candidate = firstPort; candidate <= lastPort; candidate += 1) {
    try {
      return await tryPort(server, candidate);
    } catch (error) {
      if (!(error instanceof BlindspotError && error.code === 'port-in-use')) throw error;
    }
  }
  return tryPort(server, 0);
}

function tryPort(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const refused = (error: NodeJS.ErrnoException): void => {
      reject(listenError(port, error));
    };
    server.once('error', refused);
    server.listen(port, address, () => {
      server.off('error', refused);
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
}

function listenError(port: number, error: NodeJS.ErrnoException): BlindspotError {
  if (error.code === 'EADDRINUSE') {
    return new BlindspotError(
      {
        code: 'port-in-use',
        message: `Port ${port} on ${address} is in use by another program.`,
        next: 'Give another one, such as "npm run serve -- --port 7500", or none at all to get a free one.',
        where: '--port',
      },
      error,
    );
  }
  if (error.code === 'EACCES') {
    return new BlindspotError(
      {
        code: 'usage',
        message: `This system does not let you listen on port ${port}.`,
        next: 'Ports below 1024 are reserved; give a higher one.',
        where: '--port',
      },
      error,
    );
  }
  return new BlindspotError(
    { code: 'internal', message: `Cannot listen on port ${port}: ${error.message}` },
    error,
  );
}
