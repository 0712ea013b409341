import { connect } from 'node:net';
import { attempt, socketFailure } from './attempt.ts';
import type { Verdict } from './attempt.ts';
import type { Probe } from './probe.ts';

/** An agent's line is one buffer at most; more is not a line. */
const maxLineBytes = 4096;

/** HAProxy's agent: connect, read one line of words, close (lb-spec 4.2). */
export const agentProbe: Probe = (target, check, signal) =>
  attempt(check.timeoutMs, signal, (probe) => {
    let line = '';
    const socket = connect({ host: target.address, port: target.port });
    probe.own(socket);
    socket.on('error', (error) => probe.settle(socketFailure(probe.layer, error)));
    socket.on('connect', () => {
      probe.layer = 'L7';
    });
    socket.on('data', (chunk: Buffer) => {
      line += chunk.toString('latin1');
      if (/[\r\n]/.test(line) || line.length > maxLineBytes) probe.settle(judgeLine(line));
    });
    socket.on('end', () => probe.settle(judgeLine(line)));
  });

/** Pure: what the words say. A line that says only a weight neither passes for `down` nor hides one. */
export function judgeLine(text: string): Verdict {
  const [line = ''] = text.split(/[\r\n]/, 1);
  const [said = ''] = line.split('#', 1);
  const words = said
    .trim()
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  if (words.length === 0) return { ok: false, code: 'L7RSP', detail: 'the agent said nothing' };
  const bad = words.find((word) => ['down', 'fail', 'stopped', 'maint', 'drain'].includes(word));
  if (bad !== undefined) return { ok: false, code: 'L7STS', detail: line.trim() };
  const known = words.every((word) => /^(up|ready|\d{1,3}%|weight:\d+|maxconn:\d+)$/.test(word));
  if (!known) return { ok: false, code: 'L7RSP', detail: `agent said "${line.trim().slice(0, 80)}"` };
  return { ok: true, code: 'L7OK', detail: line.trim() };
}
