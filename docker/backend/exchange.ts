import type { IncomingMessage, ServerResponse } from 'node:http';
import { requestIdHeader, serverHeader } from '../protocol/common.ts';
import type { Connection } from './connections.ts';

/** What a backend means to say, before anything (a fault, the socket) has its way with it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One request on its way through the backend. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly connection: Connection;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** How the answer leaves; a fault may put its own way around the one it finds. */
  send: (answer: Answer) => void;
}

export type Handler = (exchange: Exchange) => void;

export function json(status: number, value: unknown): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(value)}\n` };
}

/** The head as it goes out: every answer names its server and gives the request's id back. */
export function writeHead(exchange: Exchange, node: string, answer: Answer, bodyBytes: number): void {
  const headers: Record<string, string | number> = { ...answer.headers, [serverHeader]: node };
  const id = exchange.request.headers[requestIdHeader];
  if (typeof id === 'string') headers[requestIdHeader] = id;
  if (answer.status !== 204 && answer.status !== 304) headers['content-length'] = bodyBytes;
  exchange.response.writeHead(answer.status, headers);
}

export function sendPlainly(exchange: Exchange, node: string, answer: Answer): void {
  if (exchange.response.destroyed) return;
  const body = Buffer.from(answer.body);
  writeHead(exchange, node, answer, body.length);
  exchange.response.end(body);
}

/** Goes on after a time, unless the client has gone by then. */
export function later(exchange: Exchange, ms: number, go: () => void): void {
  const timer = setTimeout(go, ms);
  exchange.response.once('close', () => clearTimeout(timer));
}
