import type { RealBalancerRole, Role, StoreRole } from '../../electron/contract/session.ts';

const realBalancers: readonly Role[] = ['haproxy', 'nginx'] satisfies RealBalancerRole[];
const stores: readonly Role[] = ['redis', 'postgres', 'pgbouncer', 'mqtt', 'dns'] satisfies StoreRole[];

/** What stands between clients and targets and judges the targets: ours, or the system itself. */
export function isBalancer(role: Role): boolean {
  return role === 'l4' || role === 'l7' || realBalancers.includes(role);
}

export function isStore(role: Role): role is StoreRole {
  return stores.includes(role);
}

/** The system itself, as Debian packages it, and not our own program in its place. */
export function isReal(role: Role): boolean {
  return realBalancers.includes(role) || isStore(role);
}
