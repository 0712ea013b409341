//  client --"id user client ..."--> [one socket on the listening port] --"id @name"--> client
import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { BackendStats } from '../protocol/stats.ts';
import type { RequestCounter } from './request-counter.ts';

/** Peers remembered, to count them once each; beyond this the oldest counts again when it comes back. */
const mostPeers = 20_000;

export interface Datagrams {
  /** Opens or closes the port. */
  set(on: boolean): void;
  /** What TCP counts, with UDP's share: a peer is a connection, its datagrams are requests. */
  counts(tcp: BackendStats['connections']): BackendStats['connections'];
  close(): void;
}

export interface DatagramDeps {
  readonly node: string;
  readonly listen: { readonly address: string; readonly port: number };
  /** Null: from nobody's load client. */
  counterOf(client: string | undefined): RequestCounter;
  log(line: string): void;
}

/** Answers each datagram of a load client at once, by its id and with the backend's own name. */
export function createDatagrams({ node, listen, counterOf, log }: DatagramDeps): Datagrams {
  const peers = new Set<string>();
  let socket: Socket | null = null;
  let seen = 0;
  let received = 0;
  let sent = 0;

  const meet = ({ address, port }: RemoteInfo) => {
    const name = `${address} ${port}`;
    if (peers.has(name)) return;
    seen += 1;
    peers.add(name);
    const [oldest] = peers;
    if (peers.size > mostPeers && oldest !== undefined) peers.delete(oldest);
  };

  const answer = (from: Socket, bytes: Buffer, to: RemoteInfo) => {
    meet(to);
    received += bytes.length;
    const [id = '', , client] = bytes.toString('latin1').split(' ', 3);
    const counter = counterOf(client?.startsWith('#') === true ? client.slice(1) : undefined);
    counter.received();
    const reply = Buffer.from(`${id} @${node}`, 'latin1');
    sent += reply.length;
    from.send(reply, to.port, to.address, (error) => {
      if (error === null) counter.answered(200);
      else counter.aborted();
    });
  };

  const open = () => {
    const next = createSocket(isIPv6(listen.address) ? 'udp6' : 'udp4');
    socket = next;
    next.on('error', (error) => log(`UDP port ${listen.port}: ${error.message}`));
    next.on('message', (bytes, from) => answer(next, bytes, from));
    next.bind(listen.port, listen.address);
  };
  const close = () => {
    socket?.close();
    socket = null;
  };

  return {
    set(on) {
      if (on && socket === null) open();
      if (!on) close();
    },
    counts: (tcp) => ({
      ...tcp,
      accepted: tcp.accepted + seen,
      carrying: tcp.carrying + seen,
      bytesReceived: tcp.bytesReceived + received,
      bytesSent: tcp.bytesSent + sent,
    }),
    close,
  };
}
