import type { Evidence } from './evidence.ts';

/** A reference as a check writes it: a node's name, or `$culprit` by the session's choice. */
export function nodeOf(reference: string, evidence: Evidence): string {
  return reference.startsWith('$') ? (evidence.picked(reference.slice(1)) ?? reference) : reference;
}

/** The same for a person to read. A variable stays a riddle: "the culprit" gives nothing away. */
export function called(reference: string): string {
  return reference.startsWith('$') ? `the ${reference.slice(1)}` : reference;
}

/** One node by its name or variable, or all of a group. */
export function nodesOf(reference: string, evidence: Evidence): readonly string[] {
  const members = evidence.group(reference);
  return members.length > 0 ? members : [nodeOf(reference, evidence)];
}
