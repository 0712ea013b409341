import { readFileSync } from 'node:fs';
import type { MachineStats } from '../protocol/stats.ts';

/** /proc/stat counts in USER_HZ, which is 100 on every architecture that the programs run on. */
const microsPerTick = 10_000;

/** The whole machine's processors, whatever container or process they worked for; null where /proc does not say. */
export function machineStats(): MachineStats | null {
  if (process.platform !== 'linux') return null;
  return parseMachine(readFileSync('/proc/stat', 'utf8'));
}

/** proc(5): user nice system idle iowait irq softirq steal, of all processors together, and a line for each. */
export function parseMachine(text: string): MachineStats | null {
  const line = /^cpu +(.+)$/m.exec(text)?.[1];
  if (line === undefined) return null;
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.split(' ').map(Number);
  return {
    cores: text.match(/^cpu\d+ /gm)?.length ?? 1,
    busyMicros: (user + nice + system + irq + softirq + steal) * microsPerTick,
    softirqMicros: softirq * microsPerTick,
  };
}
