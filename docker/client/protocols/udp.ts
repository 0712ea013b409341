import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { ClientSettings } from '../../protocol/client.ts';
import { createAlarm } from '../alarm.ts';
import { failed } from '../exchange.ts';
import type { Ending, PlannedRequest, Transport, Wire } from '../exchange.ts';
import { connectFailure } from '../failure.ts';

/**
 * one datagram (id, user, client, padding) --> the reply that carries its id, else the oldest that waits, else a timeout
 *
 * UDP has no connections; what is counted as one is a flow, a local port of its own. new: one flow per request.
 * kept: one per user, for any number in flight.
 */
export function createUdp(settings: () => ClientSettings, wire: Wire): Transport {
  const { address, port } = settings();
  const flows = new Map<number, Flow>();
  const live = new Set<Flow>();
  let retired = false;

  const close = (flow: Flow) => {
    live.delete(flow);
    if (flows.get(flow.user) === flow) flows.delete(flow.user);
    flow.close();
  };

  const flowFor = (request: PlannedRequest, kept: boolean) => {
    const known = kept ? flows.get(request.user) : undefined;
    if (known !== undefined) {
      wire.reused += 1;
      return known;
    }
    const flow = openFlow(request, address, port, wire);
    live.add(flow);
    if (kept) flows.set(request.user, flow);
    return flow;
  };

  return {
    send(request, done) {
      const now = settings();
      const kept = now.connections === 'kept' && !retired;
      const flow = flowFor(request, kept);
      flow.send(request, now, (ending) => {
        const wanted = kept && !retired && !flow.broken && request.user < settings().users;
        if (!wanted && flow.waiting === 0) close(flow);
        done(ending);
      });
    },
    retire() {
      retired = true;
      for (const flow of live) if (flow.waiting === 0) close(flow);
    },
    destroy() {
      for (const flow of live) close(flow);
    },
  };
}

interface Flow {
  readonly user: number;
  readonly waiting: number;
  readonly broken: boolean;
  send(request: PlannedRequest, settings: ClientSettings, done: (ending: Ending) => void): void;
  close(): void;
}

type End = (ending: Ending) => void;

function openFlow({ user, source }: PlannedRequest, address: string, port: number, wire: Wire): Flow {
  const waiting = new Map<string, End>();
  const unsent: (() => void)[] = [];
  let name = '';
  let connected = false;
  let broken = false;
  const socket: Socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');

  const failAll = (error: NodeJS.ErrnoException) => {
    const { kind, detail } = connectFailure(error);
    broken = true;
    for (const end of waiting.values()) end(failed(kind, detail, name));
  };

  socket.on('message', (bytes) => {
    wire.received += bytes.length;
    const text = bytes.toString('latin1');
    const [id = '', second = ''] = text.split(' ', 2);
    const end = waiting.get(id) ?? waiting.values().next().value;
    const status = waiting.has(id) ? 'echo' : 'bytes';
    // The lab's own backends sign their replies.
    const server = status === 'echo' && second.startsWith('@') ? second.slice(1) : null;
    end?.({ status, failure: null, ok: true, server, connection: name, detail: '' });
  });
  // On a connected socket an ICMP "port unreachable" comes back as ECONNREFUSED.
  socket.on('error', (error) => {
    if (!connected) wire.failed += 1;
    failAll(error);
  });
  socket.on('close', () => {
    if (connected) wire.open -= 1;
  });
  socket.on('connect', () => {
    connected = true;
    wire.opened += 1;
    wire.open += 1;
    const local = socket.address();
    name = `${local.address}:${local.port}`;
    for (const send of unsent.splice(0)) send();
  });
  socket.bind({ port: 0, ...(source === undefined ? {} : { address: source }) }, () =>
    socket.connect(port, address),
  );

  return {
    user,
    get waiting() {
      return waiting.size;
    },
    get broken() {
      return broken;
    },
    send({ id, userName, client }, settings, done) {
      const alarm = createAlarm(settings.totalTimeoutMs, (kind, afterMs) =>
        end(failed(kind, `no reply within ${Math.round(afterMs)} ms`, name)),
      );
      const end: End = (ending) => {
        alarm.clear();
        waiting.delete(id);
        done(ending);
      };
      waiting.set(id, end);
      alarm.phase('first-byte-timeout', settings.firstByteTimeoutMs);
      const datagram = Buffer.from(
        `${id} ${userName} ${client === null ? '-' : `#${client}`} ${'x'.repeat(settings.bodyBytes)}`,
        'latin1',
      );
      const send = () => {
        wire.sent += datagram.length;
        socket.send(datagram, (error) => {
          if (error !== null) failAll(error);
        });
      };
      if (connected) send();
      else unsent.push(send);
    },
    close: () => socket.close(),
  };
}
