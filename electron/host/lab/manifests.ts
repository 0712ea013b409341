import type { LabProblem } from '../../contract/catalogue.ts';
import { BlindspotError } from '../../contract/errors.ts';
import type { ManifestFile, ManifestOutcome } from '../../contract/manifests.ts';
import type { Json } from '../../contract/session.ts';
import { routeLines } from '../manifests/route-lines.ts';
import type { Surroundings } from '../manifests/surroundings.ts';
import { translate } from '../manifests/translate.ts';
import { memberNames } from './groups.ts';
import type { LabNode, LabNodes, LabRole, Settings } from './lab.ts';
import { isSettings, mergeSettings, replacing } from './merge.ts';
import { fillSettings } from './program-settings.ts';
import type { Resolve } from './program-settings.ts';

/** Roles that read Kubernetes documents. */
export function readsManifests(role: LabRole): role is 'l4' | 'l7' {
  return role === 'l4' || role === 'l7';
}

const served: readonly LabRole[] = ['backend', 'l4', 'l7', 'haproxy', 'nginx', 'kube-node'];

/** Who can stand behind a balancer of these nodes: any other node that answers, alone or with its whole group. */
function surroundings(group: string, role: 'l4' | 'l7', port: number | null, nodes: LabNodes): Surroundings {
  const backends = Object.entries(nodes).flatMap(([name, node]) => {
    if (name === group || !served.includes(node.role)) return [];
    const all = memberNames(name, node);
    return [
      [name, all.length] as const,
      ...all.filter((one) => one !== name).map((one) => [one, 1] as const),
    ];
  });
  return { role, port, backends: new Map(backends) };
}

/** Where the two roles listen, unless their node says otherwise. */
const usualPort = 8080;

/** A node's settings with what its documents say laid over them; what its targets keep is theirs. */
export function withManifests(
  group: string,
  node: LabNode,
  nodes: LabNodes,
  file: ManifestFile,
): { readonly settings: Settings; readonly problems: readonly LabProblem[] } {
  if (!readsManifests(node.role)) return { settings: node.settings, problems: [] };
  const around = surroundings(group, node.role, node.port ?? usualPort, nodes);
  const { settings, problems } = translate(file.name, file.text, around);
  if (settings === null) return { settings: node.settings, problems };
  const merged = mergeSettings(node.settings, settings);
  const targets = node.role === 'l7' ? together(node.settings.targets, settings.targets) : settings.targets;
  return { settings: { ...merged, ...(targets === undefined ? {} : { targets }) }, problems };
}

export interface Applying {
  readonly node: string;
  readonly group: string;
  readonly role: LabRole;
  readonly nodes: LabNodes;
  readonly resolve: Resolve;
  /** As they are now, in stated time. */
  readonly present: Settings;
}

/** The merge patch that makes a running balancer do what these documents say, and nothing that earlier ones said. */
export function manifestPatch(
  { name, text }: ManifestFile,
  { group, role, nodes, resolve, present }: Applying,
): { readonly patch: Settings | null; readonly outcome: ManifestOutcome } {
  if (!readsManifests(role)) return { patch: null, outcome: notHere(name, role) };
  const around = surroundings(group, role, nodes[group]?.port ?? usualPort, nodes);
  const { settings, problems, notes } = translate(name, text, around);
  if (settings === null) return { patch: null, outcome: { problems, notes, routes: [] } };
  const filled = fillSettings(role, settings, resolve);
  const routing =
    isSettings(filled.routing) && isSettings(present.routing)
      ? { routing: replacing(present.routing, filled.routing) }
      : {};
  const targets = role === 'l7' ? joined(present.targets, filled.targets) : filled.targets;
  const patch = { ...filled, ...routing, ...(targets === undefined ? {} : { targets }) };
  return { patch, outcome: { problems, notes, routes: routeLines(settings) } };
}

/** For a lab's own documents, which were found good when the lab was read. */
export function mustApply({ problems }: ManifestOutcome): void {
  const [first] = problems;
  if (first === undefined) return;
  throw new BlindspotError({
    code: 'lab-invalid',
    message: first.message,
    next: `Expected: ${first.expected}.`,
    where: `${first.file}:${first.line ?? 1}:${first.column ?? 1}`,
  });
}

/** What a lab's author gets to hear of a file of documents that a node is given. */
export function manifestProblems(
  file: ManifestFile,
  group: string,
  node: LabNode,
  nodes: LabNodes,
): readonly LabProblem[] {
  if (!readsManifests(node.role)) return notHere(file.name, node.role).problems;
  return translate(file.name, file.text, surroundings(group, node.role, node.port ?? usualPort, nodes))
    .problems;
}

function notHere(file: string, role: LabRole): ManifestOutcome {
  const message = `a ${role} reads no Kubernetes documents`;
  const problem = { file, line: 1, column: 1, message, expected: 'a balancer, l4 or l7', suggestion: null };
  return { problems: [problem], notes: [], routes: [] };
}

/** The author's targets, spoken to as the documents want it, then those that only the documents name. */
function together(own: Json | undefined, more: Json | undefined): Json {
  const name = (item: Json) => (isSettings(item) ? item.to : item) ?? null;
  const said = new Map(list(more).map((item) => [name(item), item]));
  const listed = list(own).map((item) => {
    const found = said.get(name(item));
    said.delete(name(item));
    if (!isSettings(found) || found.protocol === undefined) return item;
    return { ...(isSettings(item) ? item : { to: item }), protocol: found.protocol };
  });
  return [...listed, ...said.values()];
}

/** Targets that are there keep weight and all, but for what is spoken with them; new ones are added. */
function joined(present: Json | undefined, wanted: Json | undefined): Json {
  const said = new Map(
    list(wanted).flatMap((one) => (isSettings(one) ? [[one.id ?? null, one] as const] : [])),
  );
  const before = list(present).map((one) => {
    if (!isSettings(one)) return one;
    const found = said.get(one.id ?? null);
    said.delete(one.id ?? null);
    if (found === undefined) return one;
    const rest = Object.fromEntries(Object.entries(one).filter(([key]) => key !== 'protocol'));
    return found.protocol === undefined ? rest : { ...rest, protocol: found.protocol };
  });
  return [...before, ...said.values()];
}

function list(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly Json[]) : [value];
}
