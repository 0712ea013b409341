// ask --each second--> peer --answer--> alive      no answer by the next round: suspect      none for so long: gone
import type { Clock } from '../balancing/clock.ts';
import type { PeerState } from '../protocol/speaker.ts';

export interface MembershipTiming {
  readonly probeEveryMs: number;
  readonly suspectMs: number;
}

export interface Membership {
  /** A peer answered, or asked us: either way it lives. */
  heard(name: string): void;
  /** A peer said that it goes. */
  left(name: string): void;
  states(): Readonly<Record<string, PeerState>>;
  dispose(): void;
}

export interface MembershipDeps {
  readonly clock: Clock;
  timing(): MembershipTiming;
  ask(name: string): void;
  changed(name: string, state: PeerState): void;
}

interface Peer {
  state: PeerState;
  answered: boolean;
  giveUp: () => void;
}

const never = () => undefined;

/**
 * The part of SWIM that two or three nodes come to: direct probes, and a time of suspicion before anybody is given up.
 * Indirect probes and gossip serve bigger crowds. A peer is taken to be there until it is found silent.
 */
export function createMembership(
  names: readonly string[],
  { clock, timing, ask, changed }: MembershipDeps,
): Membership {
  const peers = new Map(
    names.map((name): [string, Peer] => [name, { state: 'alive', answered: true, giveUp: never }]),
  );

  const become = (name: string, peer: Peer, state: PeerState) => {
    peer.giveUp();
    peer.giveUp = never;
    if (peer.state === state) return;
    peer.state = state;
    if (state === 'suspect') {
      peer.giveUp = clock.after(timing().suspectMs, () => become(name, peer, 'gone'));
    }
    changed(name, state);
  };

  const round = () => {
    for (const [name, peer] of peers) {
      if (!peer.answered && peer.state === 'alive') become(name, peer, 'suspect');
      peer.answered = false;
      ask(name);
    }
    cancel = clock.after(timing().probeEveryMs, round);
  };
  let cancel = clock.after(0, round);

  return {
    heard(name) {
      const peer = peers.get(name);
      if (peer === undefined) return;
      peer.answered = true;
      become(name, peer, 'alive');
    },
    left(name) {
      const peer = peers.get(name);
      if (peer !== undefined) become(name, peer, 'gone');
    },
    states: () => Object.fromEntries([...peers].map(([name, { state }]) => [name, state])),
    dispose() {
      cancel();
      for (const peer of peers.values()) peer.giveUp();
    },
  };
}
