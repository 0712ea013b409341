//  peers --ask, answer, leave (UDP)--> membership --who is there--> election --> [eth0 holds the address, gratuitous ARP]
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { systemClock } from '../balancing/clock.ts';
import { inStep } from './in-step.ts';
import { device } from './own-network.ts';
import { runTool } from './tool.ts';
import type { NewEvent } from '../protocol/events.ts';
import { speakingOrder } from '../protocol/speaker.ts';
import type { PeerState, SpeakerSettings, SpeakerStats } from '../protocol/speaker.ts';
import { createMembership } from './membership.ts';

/** As memberlist's. */
const port = 7946;
const words = ['ask', 'answer', 'leave'] as const;
type Word = (typeof words)[number];
/** MetalLB goes on announcing for five seconds: a single frame may be lost, and nobody would ask again for minutes. */
const announcements = 5;

export interface Speaker {
  /** Settings may have changed, or who serves: without an endpoint nobody speaks. */
  update(settings: SpeakerSettings, serves: boolean): void;
  stats(): SpeakerStats;
  /** Says farewell, so that nobody has to find out. */
  stop(): Promise<void>;
}

export interface SpeakerDeps {
  readonly node: string;
  emit(event: NewEvent): void;
}

/**
 * One of several nodes that share an address. MetalLB answers ARP from user space; here the address is put on the
 * interface and the kernel answers, as with VRRP: what the network sees is the same.
 */
export async function startSpeaker(
  first: SpeakerSettings & { readonly address: string },
  { node, emit }: SpeakerDeps,
): Promise<Speaker> {
  const { address } = first;
  let settings: SpeakerSettings = first;
  let serves = true;
  let speaks = false;
  let leaving = false;
  const socket = await openSocket();
  const say = (word: Word, to: string) => {
    socket.send(word, port, to, () => undefined);
  };
  const placeOf = (name: string) => settings.peers.find((peer) => peer.name === name)?.address;

  const membership = createMembership(
    first.peers.map(({ name }) => name),
    {
      clock: systemClock,
      timing: () => settings,
      ask(name) {
        const place = placeOf(name);
        if (place !== undefined) say('ask', place);
      },
      changed(name, state) {
        emit({ type: 'note', text: `${name} ${said[state]}` });
        deciding.request();
      },
    },
  );

  const decide = async () => {
    const there = Object.entries(membership.states()).filter(([, state]) => state !== 'gone');
    const [elected] = speakingOrder([node, ...there.map(([name]) => name)], address);
    const wanted = elected === node && serves && !leaving;
    if (wanted === speaks) return;
    await runTool('ip', ['address', wanted ? 'replace' : 'delete', `${address}/32`, 'dev', device]);
    speaks = wanted;
    if (speaks) await announce(1);
    emit({
      type: 'note',
      text: speaks ? `speaks for ${address}: gratuitous ARP sent` : `no longer speaks for ${address}`,
    });
    // The rest goes out while the node is already at work.
    if (speaks) void announce(announcements - 1).catch(() => undefined);
  };
  const announce = (times: number) =>
    runTool('arping', ['-q', '-U', '-c', String(times), '-I', device, '-s', address, address]);
  const deciding = inStep(async () => {
    await decide().catch((error: unknown) => {
      emit({ type: 'note', text: `speaker: ${error instanceof Error ? error.message : String(error)}` });
    });
  });

  socket.on('message', (message, from) => {
    const peer = settings.peers.find((one) => one.address === from.address);
    const word = words.find((one) => one === message.toString());
    if (peer === undefined || word === undefined || leaving) return;
    if (word === 'leave') membership.left(peer.name);
    else membership.heard(peer.name);
    if (word === 'ask') say('answer', peer.address);
  });
  deciding.request();

  return {
    update(next, nowServes) {
      settings = next;
      serves = nowServes;
      deciding.request();
    },
    stats: () => ({ address, speaks, peers: membership.states() }),
    async stop() {
      leaving = true;
      membership.dispose();
      deciding.request();
      await deciding.settled();
      await Promise.all(
        settings.peers.map((peer) => new Promise((done) => socket.send('leave', port, peer.address, done))),
      );
      socket.close();
    },
  };
}

const said: Readonly<Record<PeerState, string>> = {
  alive: 'is there',
  suspect: 'does not answer: suspected',
  gone: 'is given up',
};

function openSocket(): Promise<Socket> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, () => {
      socket.off('error', reject);
      // A peer that is not there any more is told of by ICMP; its silence says the same.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}
