//  client --packet--> [one socket > connection by its id] --stream: "id user client path"--> "200 id @node from" back
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { Context } from '../lib/program-types.ts';
import { createPump } from '../lib/quic/pump.ts';
import type { Pump } from '../lib/quic/pump.ts';
import { loadQuic } from '../lib/quic/quiche.ts';
import type { End, QuicPeer, QuicServerSide } from '../lib/quic/quiche.ts';
import type { QuicServer, QuicServerStats } from '../protocol/quic.ts';
import type { BackendStats } from '../protocol/stats.ts';
import type { Certificate } from '../protocol/tls.ts';
import { quicHeader } from '../wire/quic-header.ts';
import { connectionId } from '../wire/quic-id.ts';
import type { RequestCounter } from './request-counter.ts';

export interface QuicEndpoint {
  /** It has been switched on at least once. */
  readonly used: boolean;
  set(settings: QuicServer): void;
  /** What TCP and datagrams count, with QUIC's share: an address that a connection comes from is a connection. */
  counts(others: BackendStats['connections']): BackendStats['connections'];
  stats(): QuicServerStats;
  close(): void;
}

export interface QuicDeps {
  readonly context: Context;
  readonly listen: { readonly address: string; readonly port: number };
  readonly certificate: Certificate | undefined;
  serviceMs(): number;
  counterOf(client: string | undefined): RequestCounter;
  log(line: string): void;
}

interface Served {
  readonly peer: QuicPeer;
  readonly pump: Pump;
  /** Every id that it goes by, in hex. */
  readonly ids: Set<string>;
  remote: End;
}

const idleMs = 30_000;
/** Beyond so many nobody new is let in. */
const mostConnections = 10_000;

/** Knows its connections by the ids that it gave out, and by nothing else: where a packet comes from does not matter. */
export function createQuicEndpoint(deps: QuicDeps): QuicEndpoint {
  const { context, listen, certificate, log } = deps;
  const { node } = context;
  const byId = new Map<string, Served>();
  const live = new Set<Served>();
  const local: End = { host: listen.address, port: listen.port };
  let settings: QuicServer | null = null;
  let side: QuicServerSide | null = null;
  let socket: Socket | null = null;
  let used = false;
  let received = 0;
  let sent = 0;
  let carrying = 0;
  const counts = { opened: 0, moved: 0, strays: 0 };

  const newId = (): Uint8Array => {
    const { serverId, ids } = settings ?? { serverId: null, ids: null };
    if (ids === null) return randomBytes(8);
    const format = { ...ids, key: ids.key === null ? null : Buffer.from(ids.key, 'hex') };
    const id = serverId === null ? randomBytes(ids.serverIdBytes) : Buffer.from(serverId, 'hex');
    return connectionId(format, id, randomBytes(ids.nonceBytes));
  };
  const know = (served: Served, id: Uint8Array) => {
    const name = nameOf(id);
    served.ids.add(name);
    byId.set(name, served);
  };
  const forget = (served: Served) => {
    live.delete(served);
    for (const name of served.ids) byId.delete(name);
  };

  const send = (packet: Buffer, to: End) => {
    sent += packet.length;
    socket?.send(packet, to.port, to.host, () => undefined);
  };

  const answer = (served: Served, stream: number, message: Buffer) => {
    const [id = '', user = '', client, path = ''] = message.toString('latin1').split(' ', 4);
    const begun = performance.now();
    const counter = deps.counterOf(client?.startsWith('#') === true ? client.slice(1) : undefined);
    counter.received();
    const go = () => {
      if (!live.has(served)) {
        counter.aborted();
        return;
      }
      const { host, port } = served.remote;
      served.pump.say(stream, Buffer.from(`200 ${id} @${node} ${host}:${port}`, 'latin1'));
      counter.answered(200);
      const latencyMs = performance.now() - begun;
      context.records.record(id, () => ({
        ...{ id, at: context.now() - latencyMs, connection: `${host}:${port}`, user, method: 'GET', path },
        ...{ outcome: '200', ok: true, latencyMs, serviceMs: latencyMs, server: node },
      }));
    };
    const ms = deps.serviceMs();
    if (ms === 0) go();
    else setTimeout(go, ms);
  };

  const accept = (first: Uint8Array, from: End, by: QuicServerSide): Served => {
    const id = newId();
    const peer = by.accept(id, local, from);
    let established = false;
    const pump = createPump(peer, {
      send: (packet, _, to) => send(packet, to),
      onHeard() {
        if (!established && peer.established) {
          established = true;
          counts.opened += 1;
          carrying += 1;
        }
        if (peer.cameFromElsewhere()) {
          counts.moved += 1;
          carrying += 1;
        }
        if (!established) return;
        for (let old = peer.retiredId(); old !== null; old = peer.retiredId()) {
          byId.delete(nameOf(old));
          served.ids.delete(nameOf(old));
        }
        while (peer.idsLeft() > 0) {
          const next = newId();
          peer.giveId(next);
          know(served, next);
        }
      },
      onMessage: (stream, message) => answer(served, stream, message),
      onEnd: () => forget(served),
    });
    const served: Served = { peer, pump, ids: new Set(), remote: from };
    live.add(served);
    know(served, id);
    // Until the client has heard of our id it writes to the one that it drew itself.
    know(served, first);
    return served;
  };

  const servedBy = (packet: Buffer, from: End): Served | null => {
    const header = quicHeader(packet);
    if (header === null) return null;
    if (header.form === 'long') {
      const known = byId.get(nameOf(header.destination));
      if (known !== undefined) return known;
      const opens = header.type === 'initial' && live.size < mostConnections;
      return opens && side !== null ? accept(header.destination, from, side) : null;
    }
    const { serverIdBytes = 0, nonceBytes = 0 } = settings?.ids ?? {};
    return byId.get(nameOf(header.rest.subarray(0, 1 + serverIdBytes + nonceBytes))) ?? null;
  };

  const onPacket = (packet: Buffer, { address, port }: RemoteInfo) => {
    received += packet.length;
    const from = { host: address, port };
    const served = servedBy(packet, from);
    if (served === null) {
      // Another server's connection. It is not told: whoever sends it cannot be told from one that guesses.
      counts.strays += 1;
      return;
    }
    served.remote = from;
    served.pump.receive(packet, from, local);
  };

  const open = () => {
    const next = createSocket(isIPv6(listen.address) ? 'udp6' : 'udp4');
    socket = next;
    next.on('error', (error) => log(`QUIC on UDP port ${listen.port}: ${error.message}`));
    next.on('message', onPacket);
    next.bind(listen.port, listen.address);
    if (certificate === undefined) return;
    side = loadQuic()?.server(certificate.certificate, certificate.key, { idleMs }) ?? null;
  };
  const close = () => {
    const former = socket;
    for (const { peer, pump } of [...live]) {
      peer.close();
      pump.flush();
      pump.stop();
    }
    live.clear();
    byId.clear();
    socket = null;
    side = null;
    // What was written last is on its way by the next turn.
    setImmediate(() => former?.close());
  };

  return {
    get used() {
      return used;
    },
    set(next) {
      if (isDeepStrictEqual(next, settings)) return;
      close();
      used ||= next.on;
      settings = next;
      // The port is free by then, where it was ours.
      if (next.on) setImmediate(() => setImmediate(open));
    },
    counts: (others) => ({
      ...others,
      accepted: others.accepted + carrying,
      open: others.open + live.size,
      carrying: others.carrying + carrying,
      bytesReceived: others.bytesReceived + received,
      bytesSent: others.bytesSent + sent,
    }),
    stats: () => ({ ...counts, open: live.size }),
    close,
  };
}

function nameOf(id: Uint8Array): string {
  return Buffer.from(id).toString('hex');
}
