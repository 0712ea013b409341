import type { Readable, Writable } from 'node:stream';
import type { Identity } from '../protocol/admin.ts';
import type { Json } from '../protocol/json.ts';
import { AdminProblem, answerOf } from './admin-problem.ts';
import { matchRoute } from './admin-route.ts';
import type { AdminCall } from './admin-route.ts';
import { commonRoutes, numberIn } from './common-routes.ts';
import type { Context, Program } from './program-types.ts';
import { PlainText } from './plain-text.ts';
import { watch } from './watch.ts';

/** What node:http and node:http2 have in common, as far as needed here. */
type Incoming = Readable & { method?: string | undefined; url?: string | undefined };
type Outgoing = Writable & { writeHead(status: number, headers: Record<string, string>): unknown };

const maxBodyBytes = 1024 * 1024;

export function adminHandler(identity: Identity, program: Program, context: Context) {
  const routes = [...commonRoutes(identity, program, context), ...(program.routes ?? [])];

  const call = async (request: Incoming, path: string, query: URLSearchParams): Promise<unknown> => {
    const method = request.method ?? 'GET';
    const match = matchRoute(routes, method, path);
    if ('allowed' in match) throw noRoute(method, path, match.allowed);
    return await match.route.handle({ params: match.params, query, body: await readJson(request) });
  };

  return (request: Incoming, response: Outgoing): void => {
    // The watcher went away: nobody is left to tell.
    response.on('error', () => undefined);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://admin');
    if (request.method === 'GET' && pathname === '/watch') {
      try {
        const options = watchOptions(searchParams);
        response.writeHead(200, { 'content-type': 'application/x-ndjson' });
        watch(response, options, identity, program, context);
      } catch (error) {
        refuse(response, error);
      }
      return;
    }
    call(request, pathname, searchParams).then(
      (body) => answer(response, 200, body),
      (error: unknown) => refuse(response, error),
    );
  };
}

function watchOptions(query: URLSearchParams): { everyMs: number; after: number } {
  const call: AdminCall = { params: {}, query, body: undefined };
  const everyMs = numberIn(call, 'ms', 250);
  if (everyMs < 10) throw new AdminProblem('bad-request', 'ms must be 10 or more', 'ms');
  return { everyMs, after: numberIn(call, 'after', 0) };
}

function noRoute(method: string, path: string, allowed: readonly string[]): AdminProblem {
  const why = allowed.length === 0 ? 'see docker/README.md for the calls' : `it takes ${allowed.join(', ')}`;
  return new AdminProblem('not-found', `no ${method} ${path} here; ${why}`, path);
}

function refuse(response: Outgoing, error: unknown): void {
  const { status, body } = answerOf(error);
  answer(response, status, body);
}

function answer(response: Outgoing, status: number, body: unknown): void {
  if (response.destroyed) return;
  if (body instanceof PlainText) {
    response.writeHead(status, { 'content-type': body.type });
    response.end(body.text);
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

async function readJson(request: Incoming): Promise<Json | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new AdminProblem('bad-request', `body above ${maxBodyBytes} bytes`);
    chunks.push(chunk);
  }
  if (size === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as Json;
  } catch (error) {
    throw new AdminProblem('bad-request', `body is not JSON: ${(error as Error).message}`);
  }
}
