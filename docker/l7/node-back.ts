import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { Member } from '../balancing/member.ts';
import type { L7Settings } from '../protocol/balancer.ts';
import type { Back } from './back.ts';
import { causeOf } from './failure.ts';
import type { Stage } from './failure.ts';
import { fieldValue } from './message.ts';
import { pairs } from './node-front.ts';

export function createNodeBack(member: Member, settings: () => L7Settings): Back {
  const { counters } = member;
  const open = new Map<Socket, { read: number; written: number }>();

  const countOne = (socket: Socket) => {
    const before = open.get(socket);
    if (before === undefined) return;
    const now = { read: socket.bytesRead, written: socket.bytesWritten };
    counters.fromTarget += now.read - before.read;
    counters.toTarget += now.written - before.written;
    open.set(socket, now);
  };

  const watch = (socket: Socket) => {
    let connected = false;
    open.set(socket, { read: 0, written: 0 });
    socket.on('connect', () => {
      connected = true;
      counters.opened += 1;
      counters.open += 1;
    });
    socket.on('close', () => {
      countOne(socket);
      open.delete(socket);
      if (connected) counters.open -= 1;
      else counters.failed += 1;
    });
  };

  const agent = new Agent({ keepAlive: true, scheduling: 'lifo' });
  agent.createConnection = () => {
    const socket = connect({ host: member.target.address, port: member.target.port, noDelay: true });
    watch(socket);
    return socket;
  };
  const resize = () => {
    agent.maxSockets = settings().poolSize;
    agent.maxFreeSockets = settings().poolSize;
  };
  resize();

  return {
    ask({ head, hasBody }, listener) {
      let stage: Stage = 'connecting';
      let cancelled = false;
      const chunked = hasBody && fieldValue(head.fields, 'content-length') === null;
      const asked = request({
        agent,
        host: member.target.address,
        port: member.target.port,
        method: head.method,
        path: head.target,
        headers: [
          ...(head.authority === '' ? [] : ['Host', head.authority]),
          ...head.fields.flat(),
          ...(chunked ? ['Transfer-Encoding', 'chunked'] : []),
        ],
        setHost: false,
      });
      let timer: NodeJS.Timeout | undefined;
      let answer: { resume(): unknown } | null = null;
      const connected = () => {
        clearTimeout(timer);
        if (cancelled) return;
        stage = 'waiting';
        listener.connected({
          write: (chunk) => asked.write(chunk),
          end: () => void asked.end(),
          abort: () => void asked.destroy(),
          onDrain: (wake) => void asked.removeAllListeners('drain').on('drain', wake),
        });
      };
      asked.on('socket', (socket) => {
        if (!socket.connecting) {
          connected();
          return;
        }
        timer = setTimeout(() => {
          cancelled = true;
          asked.destroy();
          listener.failed('connect-timeout', 'unsent');
        }, settings().connectTimeoutMs);
        socket.once('connect', connected);
      });
      asked.on('error', (error) => {
        clearTimeout(timer);
        if (!cancelled) listener.failed(causeOf(error, stage), stage === 'connecting' ? 'unsent' : 'maybe');
      });
      asked.on('response', (response) => {
        if (cancelled) return;
        stage = 'answering';
        answer = response;
        listener.head({
          status: response.statusCode ?? 0,
          reason: response.statusMessage ?? '',
          fields: pairs(response.rawHeaders),
        });
        response.on('data', (chunk: Buffer) => {
          if (!cancelled && !listener.data(chunk)) response.pause();
        });
        response.on('end', () => {
          if (!cancelled) listener.end(pairs(response.rawTrailers));
        });
        response.on('error', (error) => {
          if (!cancelled) listener.failed(causeOf(error, stage), 'maybe');
        });
      });
      return {
        resume: () => void answer?.resume(),
        cancel() {
          clearTimeout(timer);
          cancelled = true;
          asked.destroy();
        },
      };
    },
    view: () => ({ open: counters.open, idle: 0, queued: 0, limit: settings().poolSize }),
    count() {
      for (const socket of open.keys()) countOne(socket);
    },
    settingsChanged: resize,
    close: () => agent.destroy(),
  };
}
