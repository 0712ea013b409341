import type { KernelRule, KernelStats, Stats } from '../../../docker/protocol/stats.ts';
import type { InterfaceRow, KernelPlaneRow, KernelView, MachineRow } from '../../contract/kernel.ts';
import type { Samples } from './samples.ts';
import { isBalancer } from './tick.ts';

const windowMs = 2000;

/** Topic `kernel`: rules with their counters, and every node's interface, over the last moments. */
export function kernelLately(samples: Samples, now: number): KernelView {
  const planes: KernelPlaneRow[] = [];
  const interfaces: InterfaceRow[] = [];
  let machine: MachineRow | null = null;
  for (const node of samples.nodes()) {
    const newest = samples.get(node);
    // Silent for so long: its last figures are not the present ones.
    if (newest === null || now - newest.at > 2 * windowMs) continue;
    const older = samples.get(node, newest.at - windowMs);
    const before = older?.stats.process.startedAt === newest.stats.process.startedAt ? older : null;
    const seconds = before === null ? null : (newest.at - before.at) / 1000;
    const kernel = kernelOf(newest.stats);
    if (kernel !== null)
      planes.push(planeRow(node, kernel, before === null ? null : kernelOf(before.stats), seconds));
    const row = interfaceRow(node, newest.stats, before?.stats ?? null, seconds);
    if (row !== null) interfaces.push(row);
    machine ??= machineRow(newest.stats, before?.stats ?? null, seconds);
  }
  return { windowMs, planes, interfaces, machine };
}

function kernelOf(stats: Stats): KernelStats | null {
  return isBalancer(stats) ? (stats.kernel ?? null) : null;
}

export function planeRow(
  node: string,
  now: KernelStats,
  before: KernelStats | null,
  seconds: number | null,
): KernelPlaneRow {
  const key = ({ chain, text }: KernelRule) => `${chain} ${text}`;
  const earlier = new Map((before?.rules ?? []).map((rule) => [key(rule), rule.packets]));
  const per = (count: number | null, was: number | null | undefined): number | null =>
    count === null || was == null || seconds === null || count < was ? null : (count - was) / seconds;
  return {
    node,
    plane: now.plane,
    trouble: now.trouble,
    droppedPerSecond: per(now.dropped?.packets ?? null, before?.dropped?.packets),
    dropNanos: dropNanos(now.dropped, before?.dropped ?? null),
    rules: now.rules.map((rule) => ({ ...rule, perSecond: per(rule.packets, earlier.get(key(rule))) })),
    ...(now.speaker === undefined ? {} : { speaker: now.speaker }),
  };
}

type Dropped = KernelStats['dropped'];

function dropNanos(now: Dropped, before: Dropped): number | null {
  if (now?.nanos === undefined || before?.nanos === undefined) return null;
  const packets = now.packets - before.packets;
  return packets > 0 ? (now.nanos - before.nanos) / packets : null;
}

function interfaceRow(
  node: string,
  now: Stats,
  before: Stats | null,
  seconds: number | null,
): InterfaceRow | null {
  const network = now.process.network ?? null;
  const was = before?.process.network ?? null;
  if (network === null) return null;
  const per = (count: number, earlier: number | undefined) =>
    earlier === undefined || seconds === null ? 0 : (count - earlier) / seconds;
  return {
    node,
    receivedBytes: network.receivedBytes,
    sentBytes: network.sentBytes,
    receivedPerSecond: per(network.receivedBytes, was?.receivedBytes),
    sentPerSecond: per(network.sentBytes, was?.sentBytes),
    cpu:
      before === null || seconds === null
        ? null
        : (now.process.cpuMicros - before.process.cpuMicros) / 1e6 / seconds,
  };
}

function machineRow(now: Stats, before: Stats | null, seconds: number | null): MachineRow | null {
  const machine = now.process.machine ?? null;
  const was = before?.process.machine ?? null;
  if (machine === null || was === null || seconds === null || seconds <= 0) return null;
  const share = (count: number, earlier: number) => Math.max(0, count - earlier) / 1e6 / seconds;
  return {
    cores: machine.cores,
    // Two clocks, the machine's and the sampler's: a hair more than all is all.
    busy: Math.min(machine.cores, share(machine.busyMicros, was.busyMicros)),
    softirq: share(machine.softirqMicros, was.softirqMicros),
  };
}
