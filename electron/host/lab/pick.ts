import { createHash } from 'node:crypto';
import type { Lab } from './lab.ts';
import { members } from './groups.ts';

/** The lab's variables for one session. Drawn from the session's own id, so that an adopted lab has the same ones. */
export function picks(lab: Lab, session: string): Readonly<Record<string, string>> {
  const entries = Object.entries(lab.file.pick).flatMap(([variable, { from }]) => {
    const candidates = members(lab.nodes, from);
    const chosen = candidates[draw(`${session}/${variable}`, candidates.length)];
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
