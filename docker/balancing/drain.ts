import type { GroupSettings } from '../protocol/balancer.ts';
import type { Clock } from './clock.ts';
import type { Member } from './member.ts';

type DrainRules = Pick<GroupSettings, 'drainMs' | 'afterDrain'>;

/**
 * A target leaves: no new connections from now on; those it has may finish within the delay. Then what is left is kept
 * (AWS NLB's default: the flow lives on while it is used), closed or reset. The rules are those at the start of the
 * drain.
 */
export function startDrain(member: Member, rules: DrainRules, clock: Clock, onOver: () => void): void {
  member.cancelDrain?.();
  member.cancelDrain = clock.after(rules.drainMs, () => {
    member.cancelDrain = null;
    member.drained = true;
    if (rules.afterDrain !== 'keep') letGoAll(member, rules.afterDrain);
    onOver();
  });
}

export function cancelDrain(member: Member): void {
  member.cancelDrain?.();
  member.cancelDrain = null;
  member.drained = false;
}

/** Gives up every connection of a target; `held` shrinks as they go, hence the copy. */
export function letGoAll(member: Member, how: 'close' | 'reset' | 'forget'): void {
  for (const held of [...member.held]) {
    if (how !== 'close') member.counters.reset += 1;
    held.letGo(how);
  }
}
