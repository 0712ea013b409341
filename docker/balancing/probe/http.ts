import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { HealthCheck } from '../../protocol/health-check.ts';
import { matchesCode } from '../status-codes.ts';
import type { Attempt, ProbeTarget, Verdict } from './attempt.ts';
import { attempt, socketFailure } from './attempt.ts';
import { readResponse } from './http-response.ts';
import type { HttpResponse } from './http-response.ts';
import type { Probe } from './probe.ts';
import { dialTls } from './tls.ts';

/** What the answer to a probe may weigh; more is not read. */
const maxResponseBytes = 256 * 1024;

/**
 * One request on a connection of its own. Written by hand rather than with node:http, because a probe must be able to
 * say HTTP/1.0 and no Host (HAProxy) and must tell a malformed answer (L7RSP) from a wrong status (L7STS).
 */
export const httpProbe: Probe = (target, check, signal) =>
  attempt(check.timeoutMs, signal, (probe) => {
    const socket = connect({ host: target.address, port: target.port });
    probe.own(socket);
    socket.on('error', (error) => probe.settle(socketFailure(probe.layer, error)));
    if (target.preface) socket.write(target.preface);
    socket.on('connect', () => ask(socket, target, check, probe));
  });

export const httpsProbe: Probe = (target, check, signal) =>
  attempt(check.timeoutMs, signal, (probe) => {
    const socket = dialTls(target, check, probe);
    socket.on('secureConnect', () => ask(socket, target, check, probe));
  });

function ask(socket: Socket, target: ProbeTarget, check: HealthCheck, probe: Attempt): void {
  probe.layer = 'L7';
  const asked = performance.now();
  const chunks: Buffer[] = [];
  let bytes = 0;
  const look = (ended: boolean) => {
    const response = readResponse(Buffer.concat(chunks), check.method === 'HEAD', ended);
    if (response === 'incomplete') {
      if (ended) probe.settle(badAnswer(bytes === 0 ? 'closed without an answer' : 'answer cut short'));
      else if (bytes > maxResponseBytes) probe.settle(badAnswer('answer too large'));
    } else if (response === 'malformed') probe.settle(badAnswer('not an HTTP response'));
    else probe.settle(judge(response, check, performance.now() - asked));
  };
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    look(false);
  });
  socket.on('end', () => look(true));
  socket.write(requestText(target, check));
}

/** Pure: what an answer is worth under a check. */
export function judge(response: HttpResponse, check: HealthCheck, elapsedMs: number): Verdict {
  const said = `HTTP ${response.status}`;
  if (!matchesCode(check.successCodes, response.status)) return { ok: false, code: 'L7STS', detail: said };
  if (check.bodyMatch !== null && !new RegExp(check.bodyMatch).test(response.body)) {
    return badAnswer(`${said}, body does not match`);
  }
  if (check.maxLatencyMs > 0 && elapsedMs > check.maxLatencyMs) {
    const slow = `${said} after ${Math.round(elapsedMs)} ms, limit ${check.maxLatencyMs} ms`;
    return { ok: false, code: 'L7TOUT', detail: slow };
  }
  return { ok: true, code: 'L7OK', detail: said };
}

export function requestText(target: ProbeTarget, check: HealthCheck): string {
  const names = { target: `${target.address}:${target.port}`, listener: target.listener, none: null };
  const host = check.host ?? names[check.hostIs];
  const given = new Set(Object.keys(check.headers).map((name) => name.toLowerCase()));
  const lines = [`${check.method} ${check.path} HTTP/${check.httpVersion}`];
  if (host !== null && !given.has('host')) lines.push(`Host: ${host}`);
  if (check.httpVersion === '1.1' && !given.has('connection')) lines.push('Connection: close');
  if (!given.has('user-agent')) lines.push('User-Agent: ELB-HealthChecker/2.0');
  for (const [name, value] of Object.entries(check.headers))
    if (value !== '') lines.push(`${name}: ${value}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function badAnswer(detail: string): Verdict {
  return { ok: false, code: 'L7RSP', detail };
}
