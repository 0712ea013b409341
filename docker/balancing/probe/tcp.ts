import { connect } from 'node:net';
import type { Probe } from './probe.ts';
import { attempt, socketFailure } from './attempt.ts';

/**
 * SYN, SYN-ACK, done: connects and closes. The target's kernel completes the handshake from its backlog, so a process
 * that hangs, deadlocks or is stopped passes all the same.
 */
export const tcpProbe: Probe = (target, check, signal) =>
  attempt(check.timeoutMs, signal, (probe) => {
    const socket = connect({ host: target.address, port: target.port });
    probe.own(socket);
    socket.on('error', (error) => probe.settle(socketFailure('L4', error)));
    socket.on('connect', () => probe.settle({ ok: true, code: 'L4OK', detail: 'connected' }));
  });
