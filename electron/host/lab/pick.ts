import { createHash } from 'node:crypto';
import { speakingOrder } from '../../../docker/protocol/speaker.ts';
import type { Allocation } from '../engine/engine.ts';
import type { Lab } from './lab.ts';
import { members } from './groups.ts';
import { virtualPlace } from './node-network.ts';

/**
 * The lab's variables for one session, drawn from the session's own id or elected for its own address, so that an adopted
 * lab has the same ones.
 */
export function picks(lab: Lab, session: string, allocation: Allocation): Readonly<Record<string, string>> {
  const entries = Object.entries(lab.file.pick).flatMap(([variable, { from, by }]) => {
    const candidates = members(lab.nodes, from);
    const chosen =
      by === 'lot'
        ? candidates[draw(`${session}/${variable}`, candidates.length)]
        : speakingOrder(candidates, virtualPlace(lab.nodes, from, allocation) ?? '')[
            by === 'speaker' ? 0 : 1
          ];
    return chosen === undefined ? [] : [[variable, chosen] as const];
  });
  return Object.fromEntries(entries);
}

function draw(seed: string, sides: number): number {
  return sides === 0 ? 0 : createHash('sha256').update(seed).digest().readUInt32BE(0) % sides;
}

/** `$culprit` in any text, by the session's choice; an unknown `$word` is left alone: it is the shell's. */
export function fillPicks(text: string, chosen: Readonly<Record<string, string>>): string {
  return text.replace(/\$([a-z][a-z0-9-]*)/g, (whole, variable: string) => chosen[variable] ?? whole);
}
