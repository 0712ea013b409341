import type { GroupSettings, Target } from '../protocol/balancer.ts';
import type { Clock } from './clock.ts';
import { cancelDrain, startDrain } from './drain.ts';
import type { Member } from './member.ts';
import { createMember, noCounts } from './member.ts';
import { reasons } from './reason.ts';

export interface RosterDeps {
  readonly clock: Clock;
  settings(): GroupSettings;
  /** In rotation from now on, once its checks say so. */
  onJoin(member: Member): void;
  /** Its registration changed: settle its state. */
  onChange(member: Member, reason: string): void;
}

/** Who is registered. Those that were removed stay for the connections they still have, and for their counters. */
export interface Roster {
  readonly members: ReadonlyMap<string, Member>;
  register(targets: readonly Target[]): void;
  dispose(): void;
}

export function createRoster({ clock, settings, onJoin, onChange }: RosterDeps): Roster {
  const members = new Map<string, Member>();
  const replaced = new Set<Member>();

  const leave = (member: Member) => {
    silence(member);
    onChange(member, reasons.draining);
    startDrain(member, settings(), clock, () => onChange(member, reasons.removed));
  };

  const join = (target: Target, old: Member | undefined) => {
    const member = createMember(target, clock.now(), old?.counters ?? noCounts());
    members.set(target.id, member);
    if (target.draining) leave(member);
    else onJoin(member);
  };

  /** Another machine under the same name: the old one's connections drain on their own. */
  const replace = (old: Member) => {
    silence(old);
    if (!old.registered) return;
    old.registered = false;
    replaced.add(old);
    startDrain(old, settings(), clock, () => replaced.delete(old));
  };

  const change = (member: Member, target: Target) => {
    const wasDraining = member.target.draining;
    member.target = target;
    member.weight = target.weight;
    if (target.draining && !wasDraining) leave(member);
    if (!target.draining && wasDraining) {
      cancelDrain(member);
      onJoin(member);
    }
  };

  return {
    members,
    register(targets) {
      const wanted = new Set(targets.map(({ id }) => id));
      for (const member of members.values()) {
        if (wanted.has(member.id) || !member.registered) continue;
        member.registered = false;
        leave(member);
      }
      for (const target of targets) {
        const known = members.get(target.id);
        if (known?.registered === true && samePlace(known.target, target)) change(known, target);
        else {
          if (known !== undefined) replace(known);
          join(target, known);
        }
      }
    },
    dispose() {
      for (const member of [...members.values(), ...replaced]) {
        silence(member);
        member.cancelDrain?.();
      }
    },
  };
}

/** No more probes, no pending end of an ejection. */
function silence(member: Member): void {
  member.monitor?.dispose();
  member.monitor = null;
  member.cancelEjection?.();
  member.cancelEjection = null;
  member.ejected = false;
}

function samePlace(a: Target, b: Target): boolean {
  return a.address === b.address && a.port === b.port;
}
