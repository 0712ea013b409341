import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Place } from './balancers/balancer.ts';
import { Missing } from './subject.ts';

/** A network namespace for one balancer, by one cable to the generator's: there are its clients and its targets. */
export interface OwnNetwork {
  readonly address: string;
  readonly within: readonly string[];
  targets(port: number): readonly Place[];
  close(): Promise<void>;
}

const clients = 8;
const targets = 4;

/**
 *   generator's namespace                     the balancer's
 *   10.77.N.2 ... .9    clients  --- cable --- eth0  10.77.N.1
 *   10.77.N.20 ... .23  targets
 *
 * One each, so that the connection tracking that one balancer needs does not follow the other's packets.
 */
export async function openOwnNetwork(number: number): Promise<OwnNetwork> {
  const net = `10.77.${number}`;
  const cable = `bench${number}`;
  const holder = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore' });
  const close = async () => {
    // The kernel takes its time with a namespace that nobody is in: a cable of the same name could not be made meanwhile.
    spawnSync('ip', ['link', 'delete', cable]);
    const ended = once(holder, 'close');
    if (holder.kill()) await ended;
  };
  const within = ['nsenter', `--net=/proc/${holder.pid}/ns/net`];
  const here = (index: number) => `ip address add ${net}.${index}/24 dev ${cable}`;
  const sequence = (first: number, count: number) => Array.from({ length: count }, (_, at) => first + at);
  const inside = `${within.join(' ')} sh -c`;
  const lines = [
    // The namespace is there once its holder has left this one.
    `until [ "$(readlink /proc/${holder.pid}/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done`,
    `ip link add ${cable} type veth peer name eth0 netns ${holder.pid}`,
    ...sequence(2, clients).map(here),
    ...sequence(20, targets).map(here),
    `ip link set ${cable} up`,
    `${inside} 'ip link set lo up; ip address add ${net}.1/24 dev eth0; ip link set eth0 up'`,
    // A cable carries a moment after both ends are up; until then Node does not list it.
    `until ip -o link show dev ${cable} | grep -q 'state UP'; do sleep 0.05; done`,
    `until ${inside} 'ip -o link show dev eth0' | grep -q 'state UP'; do sleep 0.05; done`,
    `${inside} 'echo 1 > /proc/sys/net/ipv4/ip_forward'`,
    // As on any busy proxy: without it a minute of closed connections keeps the ports (on loopback this is the default).
    'echo 1 > /proc/sys/net/ipv4/tcp_tw_reuse',
    `${inside} 'echo 1 > /proc/sys/net/ipv4/tcp_tw_reuse'`,
  ];
  const made = spawnSync('timeout', ['20', 'sh', '-e', '-c', lines.join('\n')], { encoding: 'utf8' });
  if (made.status !== 0) {
    await close();
    throw new Missing(`no network of its own could be made: ${made.stderr.trim() || 'root is needed'}`);
  }
  return {
    address: `${net}.1`,
    within,
    targets: (port) => sequence(20, targets).map((index) => ({ address: `${net}.${index}`, port })),
    close,
  };
}
