//  datagram --header--> connection id --format--> server id --> target; anything else goes by its flow
import type { Group } from '../balancing/group.ts';
import type { Member } from '../balancing/member.ts';
import type { L4Settings } from '../protocol/balancer.ts';
import { quicHeader } from '../wire/quic-header.ts';
import { serverIdOf } from '../wire/quic-id.ts';
import type { IdFormat } from '../wire/quic-id.ts';

/** The target that a QUIC packet names itself; null where it names none, or one that is gone. */
export interface QuicRoute {
  targetOf(packet: Uint8Array): Member | null;
}

/** Of one set of settings: a change makes a new one. */
export function createQuicRoute({ quicIds, targets }: L4Settings, group: Group): QuicRoute {
  const key = quicIds.key === null ? null : Buffer.from(quicIds.key, 'hex');
  const format: IdFormat = { ...quicIds, key };
  const named = new Map(
    targets.flatMap(({ id, serverId }) => (serverId === undefined ? [] : [[serverId, id]])),
  );

  return {
    targetOf(packet) {
      const header = quicHeader(packet);
      if (header === null) return null;
      const serverId = serverIdOf(format, header.form === 'short' ? header.rest : header.destination);
      const id = serverId === null ? undefined : named.get(Buffer.from(serverId).toString('hex'));
      if (id === undefined) return null;
      const member = group.members.find((one) => one.id === id);
      return member !== undefined && mayKeep(member, group.failOpen) ? member : null;
    },
  };
}

/** A target that is leaving keeps the connections it has, and these say that they are its own. */
function mayKeep({ state }: Member, failOpen: boolean): boolean {
  return state === 'healthy' || state === 'draining' || (failOpen && state !== 'unused');
}
