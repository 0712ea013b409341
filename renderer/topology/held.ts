import type { NodeState } from '../../electron/contract/session.ts';

/** What each capability is for, where a node holds it itself rather than borrow it for a moment. */
const reasons: Readonly<Record<string, string>> = {
  NET_ADMIN: 'NET_ADMIN to change rules, addresses and routes',
  NET_RAW: 'NET_RAW to send packets of any shape, and for iptables to ask what its kernel knows',
  SYS_ADMIN: 'SYS_ADMIN to load its XDP program, on engines that know no smaller right for it',
};

export interface Held {
  readonly text: string;
  readonly why: string;
}

/** Most nodes hold nothing at all; whoever does is said to, wherever the node is shown. */
export function heldBy(node: NodeState | undefined): Held | null {
  const holds = node?.holds ?? [];
  if (holds.length === 0) return null;
  const why = holds.map((capability) => reasons[capability] ?? capability).join('; ');
  return { text: `holds ${holds.join(', ')}`, why: `In its own network only: ${why}.` };
}
