import type { ClientSettings, HandAnswer, HandRequest } from '../protocol/client.ts';
import type { Context } from '../lib/program-types.ts';
import { createWire } from './exchange.ts';
import type { PlannedRequest } from './exchange.ts';
import { openConnection } from './connection.ts';
import type { ConnectionOptions } from './connection.ts';
import type { Secure } from './tls.ts';
import { createRequestWriter } from './http1/request-writer.ts';
import { ResponseReader } from './http1/response-reader.ts';

/**
 * Requests by hand, one after the other, over HTTP/1.1 and a connection each. They carry no client header, so every
 * witness counts them as a person's, as it would curl's.
 */
export type SendByHand = (wanted: HandRequest) => Promise<readonly HandAnswer[]>;

const keepBytes = 4096;

export function createSendByHand(
  settings: () => ClientSettings,
  context: Context,
  secured: () => Secure | null,
): SendByHand {
  let counter = 0;

  const sendOne = (now: ClientSettings): Promise<HandAnswer> => {
    counter += 1;
    const request: PlannedRequest = {
      id: `${context.node}-hand${counter}-${context.now().toString(36)}`,
      client: null,
      user: 0,
      userName: 'hand',
      path: now.paths[0] ?? '/',
      as: now,
      cookies: '',
      source: now.sources[0],
    };
    const { address, port, tcpKeepAliveMs } = now;
    const writer = createRequestWriter(now);
    const reader = new ResponseReader(now.method, keepBytes);
    const at = context.now();
    const began = performance.now();
    return new Promise((resolve) => {
      const secure = secured();
      const options: ConnectionOptions = {
        ...{
          address,
          port,
          tcpKeepAliveMs,
          source: request.source,
          keep: () => false,
          lost: () => undefined,
        },
        secure: secure === null ? null : (raw, hooks) => secure.over(raw, address, request.user, hooks),
      };
      openConnection(options, createWire()).exchange({
        head: writer.head(request),
        body: writer.body,
        reader,
        limits: now,
        done({ status, failure, ok, server, connection, detail, tls }) {
          const durationMs = performance.now() - began;
          const outcome = status ?? failure ?? 'local';
          context.records.record(request.id, () => ({
            id: request.id,
            at,
            connection,
            user: request.userName,
            method: now.method,
            path: request.path,
            outcome,
            ok,
            latencyMs: durationMs,
            serviceMs: durationMs,
            server,
            ...(tls === undefined ? {} : { tls }),
          }));
          const { headText: head, body } = reader;
          const target = `${address}:${port}`;
          const { id, path } = request;
          resolve({ id, target, path, at, outcome, ok, server, durationMs, connection, head, body, detail });
        },
      });
    });
  };

  return async ({ path, count, target }) => {
    const answers: HandAnswer[] = [];
    for (let sent = 0; sent < count; sent++) {
      const now = settings();
      answers.push(
        await sendOne({
          ...now,
          ...(target === undefined ? {} : parseTarget(target, now.port)),
          connections: 'new',
          paths: [path ?? now.paths[0] ?? '/'],
        }),
      );
    }
    return answers;
  };
}

/** `10.0.0.5`, `10.0.0.5:8080`, `[fd00::5]:8080`. */
export function parseTarget(
  target: string,
  port: number,
): { readonly address: string; readonly port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(target);
  const address = match?.[1] ?? match?.[2] ?? target;
  return { address, port: match?.[3] === undefined ? port : Number(match[3]) };
}
