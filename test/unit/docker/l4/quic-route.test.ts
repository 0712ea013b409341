import { afterEach, expect, it } from 'vitest';
import { connectionId } from '../../../../docker/wire/quic-id.ts';
import { waitUntil } from '../../../support/wait.ts';
import { udpForwarderTo, udpPeer } from './udp-rig.ts';
import type { UdpPeer } from './udp-rig.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

async function peer(): Promise<UdpPeer> {
  const made = await udpPeer();
  cleanups.push(made.close);
  return made;
}

const serverIds = ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb', 'cccccccccccccccc'] as const;
const format = { rotation: 0, serverIdBytes: 8, nonceBytes: 4, key: null };

/** A short header with the id that this server would have given out. */
function short(server: number, key: Uint8Array | null = null): Buffer {
  const serverId = Buffer.from(serverIds[server] ?? '', 'hex');
  const id = connectionId({ ...format, key }, serverId, Buffer.from('00112233', 'hex'));
  return Buffer.concat([Buffer.of(0x41), id, Buffer.from('payload')]);
}

async function rig(more: Parameters<typeof udpForwarderTo>[1] = {}) {
  const servers = await Promise.all([peer(), peer(), peer()]);
  const targets = servers.map(({ port }, at) => ({
    id: `t${at + 1}`,
    address: '127.0.0.1',
    port,
    serverId: serverIds[at] ?? '',
  }));
  const front = await udpForwarderTo([], { udpRoute: 'connection-id', targets, ...more });
  cleanups.push(front.close);
  /** Sends until one of the servers has it; says which. */
  const lands = async (client: UdpPeer, packet: Buffer) => {
    const before = servers.map(({ heard }) => heard.length);
    const found = () => servers.findIndex(({ heard }, at) => heard.length > (before[at] ?? 0));
    await waitUntil(
      () => {
        if (found() === -1) client.socket.send(packet, front.port, '127.0.0.1');
        return found() !== -1;
      },
      15_000,
      'the datagram to land',
    );
    return found();
  };
  return { front, lands, targets };
}

it('a connection id leads home from any address; its hash would not', async () => {
  const { front, lands } = await rig();
  // Twelve addresses, as if the user moved twelve times: by hash all would meet one server with chance 3^-11.
  for (let move = 0; move < 12; move++) expect(await lands(await peer(), short(1))).toBe(1);
  expect(front.udp.datagrams.byConnectionId).toBeGreaterThanOrEqual(12);
  front.change({ udpRoute: 'flow', algorithm: 'round-robin' });
  const seen = [await lands(await peer(), short(1)), await lands(await peer(), short(1))];
  expect(new Set(seen).size).toBe(2);
});

it('an encrypted id leads home with the key, and by the flow without it', async () => {
  const key = '8f95f09245765f80256934e50c66207f';
  const { front, lands } = await rig({ quicIds: { key } });
  for (const server of [2, 0, 1]) {
    expect(await lands(await peer(), short(server, Buffer.from(key, 'hex')))).toBe(server);
  }
  const routed = front.udp.datagrams.byConnectionId;
  const anna = await peer();
  const first = await lands(anna, short(1));
  expect(await lands(anna, short(2))).toBe(first);
  expect(front.udp.datagrams.byConnectionId).toBe(routed);
});

it('a target that is leaving keeps its connections; one that is gone does not', async () => {
  const { front, lands, targets } = await rig();
  front.change({ targets: targets.map((target) => ({ ...target, draining: target.id === 't2' })) });
  expect(await lands(await peer(), short(1))).toBe(1);
  front.change({ targets: targets.filter(({ id }) => id !== 't2') });
  expect(await lands(await peer(), short(1))).not.toBe(1);
});
