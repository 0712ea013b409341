import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { systemClock } from '../../../../docker/balancing/clock.ts';
import { createGroup } from '../../../../docker/balancing/group.ts';
import { probeTarget } from '../../../../docker/balancing/probe/probes.ts';
import { createForwarderCounters } from '../../../../docker/l4/forwarder-counters.ts';
import { createUdpForwarder } from '../../../../docker/l4/udp.ts';
import { l4SettingsSchema } from '../../../../docker/protocol/balancer.ts';
import type { L4Patch } from '../../../../docker/protocol/balancer.ts';
import { waitUntil } from '../../../support/wait.ts';

export interface UdpPeer {
  readonly socket: Socket;
  readonly port: number;
  readonly heard: { readonly text: string; readonly from: RemoteInfo }[];
  close(): void;
}

export async function udpPeer(
  onText?: (text: string, from: RemoteInfo, socket: Socket) => void,
): Promise<UdpPeer> {
  const socket = createSocket('udp4');
  const heard: { text: string; from: RemoteInfo }[] = [];
  socket.on('error', () => undefined);
  socket.on('message', (bytes, from) => {
    heard.push({ text: bytes.toString(), from });
    onText?.(bytes.toString(), from, socket);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  let closed = false;
  return {
    socket,
    port: socket.address().port,
    heard,
    close() {
      if (!closed) socket.close();
      closed = true;
    },
  };
}

/** Says its name before what it heard. */
export function namedEcho(name: string): Promise<UdpPeer> {
  return udpPeer((text, from, socket) => socket.send(`${name} ${text}`, from.port, from.address));
}

/** Sends until an answer of one's own comes: the kernel may drop a datagram, even on loopback. */
export async function ask(client: UdpPeer, port: number, text: string): Promise<string> {
  const before = client.heard.length;
  const find = () => client.heard.slice(before).find((one) => one.text.endsWith(` ${text}`));
  await waitUntil(
    () => {
      if (find() === undefined) client.socket.send(text, port, '127.0.0.1');
      return find() !== undefined;
    },
    15_000,
    `an answer to ${text}`,
  );
  return find()?.text ?? '';
}

/** The UDP half alone. It takes a free port by itself: the front binds it, so nobody else has it. */
export async function udpForwarderTo(ports: readonly number[], patch: L4Patch = {}) {
  const targets = ports.map((port, index) => ({ id: `t${index + 1}`, address: '127.0.0.1', port }));
  const parse = (more: L4Patch) =>
    l4SettingsSchema.parse({ udp: true, healthCheck: { protocol: 'none' }, targets, ...patch, ...more });
  let settings = parse({});
  const notes: string[] = [];
  const group = createGroup(settings, {
    clock: systemClock,
    random: Math.random,
    probe: probeTarget,
    listener: '127.0.0.1:0',
    emit: () => undefined,
  });
  const counters = createForwarderCounters();
  const udp = createUdpForwarder({
    group,
    counters,
    clock: systemClock,
    settings: () => settings,
    note: (text) => notes.push(text),
  });
  const reserved = await udpPeer();
  const { port } = reserved;
  await new Promise<void>((resolve) => {
    reserved.socket.on('close', () => resolve());
    reserved.close();
  });
  await udp.listen({ address: '127.0.0.1', port });
  return {
    port,
    udp,
    group,
    counters,
    targets,
    notes,
    change(more: L4Patch) {
      settings = parse(more);
      group.update(settings);
      udp.settingsChanged();
    },
    close() {
      group.dispose();
      udp.close();
    },
  };
}
