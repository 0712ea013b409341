import { isDeepStrictEqual } from 'node:util';
import type { Member } from '../balancing/member.ts';
import type { L7Settings } from '../protocol/balancer.ts';
import type { TargetProtocol } from '../protocol/l7/pool.ts';
import type { Back } from './back.ts';
import { createHttp1Pool } from './http1/pool.ts';
import { createHttp2Pool } from './http2/pool.ts';
import type { SecureTargets } from './target-tls.ts';

/** The way to each target, in the protocol that it or the settings say. */
export interface Backs {
  of(member: Member): Back;
  known(member: Member): Back | null;
  count(): void;
  settingsChanged(members: readonly Member[]): void;
  close(): void;
}

export function createBacks(settings: () => L7Settings, secureTargets: SecureTargets): Backs {
  const backs = new Map<Member, { readonly back: Back; readonly protocol: TargetProtocol }>();
  let tls = settings().targetTls;
  // Exchanges under way keep what they have; it goes with the last of them.
  const old = new Set<{ readonly member: Member; readonly back: Back }>();

  const protocolOf = ({ target }: Member) => target.protocol ?? settings().pool.protocol;
  const make = (member: Member) => {
    const protocol = protocolOf(member);
    const open = protocol === 'http2' ? createHttp2Pool : createHttp1Pool;
    return { protocol, back: open(member, settings, secureTargets) };
  };

  const retire = (member: Member, back: Back) => {
    backs.delete(member);
    if (member.held.size === 0) back.close();
    else old.add({ member, back });
  };

  return {
    of(member) {
      let found = backs.get(member);
      if (found === undefined) backs.set(member, (found = make(member)));
      return found.back;
    },
    known: (member) => backs.get(member)?.back ?? null,
    count() {
      for (const { back } of backs.values()) back.count();
      for (const { back } of old) back.count();
    },
    settingsChanged(members) {
      const current = new Set(members);
      const now = settings();
      // What was opened in the clear, or to a target that nobody verified, carries nothing under the new rules.
      const changed = !isDeepStrictEqual(now.targetTls, tls);
      tls = now.targetTls;
      for (const [member, { back, protocol }] of [...backs]) {
        const other = changed || protocol !== protocolOf(member);
        if (other || (!current.has(member) && member.held.size === 0)) retire(member, back);
        else back.settingsChanged();
      }
      for (const entry of old) {
        if (entry.member.held.size > 0) continue;
        entry.back.close();
        old.delete(entry);
      }
    },
    close() {
      for (const { back } of backs.values()) back.close();
      for (const { back } of old) back.close();
    },
  };
}
