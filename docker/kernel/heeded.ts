import { AdminProblem } from '../lib/admin-problem.ts';
import type { L4Settings } from '../protocol/balancer.ts';

/** What a kernel plane cannot do, by setting. A change that would do nothing is refused rather than shown as done. */
const unheeded: Readonly<Partial<Record<keyof L4Settings, string>>> = {
  plane: 'the data path is chosen when the node is made',
  whenUnhealthy: 'packets are forwarded, not connections: nothing here can reset one',
  afterDrain: 'packets are forwarded, not connections: nothing here can end one',
  idleTimeoutMs: "the kernel forgets by conntrack's own timers",
  whenIdle: "the kernel forgets by conntrack's own timers",
  passive: 'nobody here sees how a connection went',
  slowStartMs: 'rules have whole slots, and no ramp',
  connectTimeoutMs: 'the client itself connects to the target',
  connectRetries: 'the client itself connects to the target',
  connectRetryAt: 'the client itself connects to the target',
  connectRetryWaitMs: 'the client itself connects to the target',
  proxyProtocol: 'a packet forwarder writes no byte of its own, and the target sees the client anyway',
  serverNames: 'the target is chosen at the first packet, before any name is said',
  keepAliveMs: 'there is no socket here to keep alive',
  stopMs: 'there is no socket here to wait for',
  udp: 'rules are for TCP alone',
  udpIdleMs: 'rules are for TCP alone',
  udpRemember: 'rules are for TCP alone',
  udpFlows: 'rules are for TCP alone',
};

export function refuseUnheeded(before: L4Settings, after: L4Settings): void {
  for (const [key, why] of Object.entries(unheeded)) {
    const name = key as keyof L4Settings;
    if (JSON.stringify(before[name]) === JSON.stringify(after[name])) continue;
    throw new AdminProblem('bad-request', `the data path ${before.plane} has no ${key}: ${why}`, key);
  }
  if (before.kernel.virtualAddress !== after.kernel.virtualAddress)
    throw new AdminProblem(
      'bad-request',
      'the virtual address is chosen when the node is made',
      'kernel.virtualAddress',
    );
}
