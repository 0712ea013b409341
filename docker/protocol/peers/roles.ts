/** Roles of the second image: the systems themselves, each beside a program of ours that speaks the admin API for it. */
export const realBalancers = ['haproxy', 'nginx'] as const;
export const stores = ['redis', 'postgres', 'pgbouncer', 'mqtt', 'dns'] as const;
export const peerRoles = [...realBalancers, ...stores, 'tools'] as const;

export type RealBalancer = (typeof realBalancers)[number];
export type StoreRole = (typeof stores)[number];
export type PeerRole = (typeof peerRoles)[number];

export function isPeerRole(role: string): role is PeerRole {
  return (peerRoles as readonly string[]).includes(role);
}
