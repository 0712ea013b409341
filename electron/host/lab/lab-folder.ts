import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { z } from 'zod';
import type { LabProblem } from '../../contract/catalogue.ts';
import { labSchema, solutionSchema } from '../../../labs/schema.ts';
import type { LabFile } from '../../../labs/schema.ts';
import { parseGuide } from './guide-file.ts';
import type { Lab, LabNodes } from './lab.ts';
import { guideProblems } from './lab-guide.ts';
import { referenceProblems } from './lab-references.ts';
import { withManifests } from './manifests.ts';
import { unknownName } from './problem.ts';
import { solutionProblems } from './lab-solution.ts';
import { schemaProblems } from './schema-problems.ts';
import { readYaml } from './yaml-source.ts';
import type { Path, YamlSource } from './yaml-source.ts';

export interface ReadLab {
  readonly lab: Lab | null;
  readonly problems: readonly LabProblem[];
}

/** One lab folder: good as a whole, or a list of problems. Never throws on bad input. */
export async function readLab(folder: string): Promise<ReadLab> {
  const [yaml, guide, solution] = await Promise.all(
    ['lab.yaml', 'guide.md', 'solution.yaml'].map((name) => readText(join(folder, name))),
  );
  if (typeof yaml !== 'string' || typeof guide !== 'string' || typeof solution !== 'string') {
    return {
      lab: null,
      problems: [yaml, guide, solution].filter((one) => one !== undefined && typeof one !== 'string'),
    };
  }
  const labSource = readYaml(join(folder, 'lab.yaml'), yaml);
  const solutionSource = readYaml(join(folder, 'solution.yaml'), solution);
  const file = parse(labSource, labSchema);
  const steps = parse(solutionSource, solutionSchema);
  const shape = [...file.problems, ...steps.problems];
  if (file.value === null || steps.value === null) return { lab: null, problems: shape };

  const { guide: words, problems: wordProblems } = parseGuide(guide);
  const manifests = await manifestTexts(join(folder, 'manifests'));
  const written: Lab = {
    id: file.value.id,
    path: folder,
    file: file.value,
    ...withRawSettings(file.value, labSource.value),
    guide: words,
    solution: steps.value,
    manifests,
  };
  const { lab, problems: manifestProblems } = withDocuments(written, labSource);
  const guideFile = join(folder, 'guide.md');
  const problems = [
    ...folderName(lab, labSource),
    ...manifestProblems,
    ...referenceProblems(lab, labSource),
    ...wordProblems.map((one) => ({ file: guideFile, column: 1, suggestion: null, ...one })),
    ...guideProblems(lab, guideFile, labSource),
    ...solutionProblems(lab, solutionSource),
  ];
  return { lab: problems.length === 0 ? lab : null, problems };
}

async function readText(file: string): Promise<string | LabProblem> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    const expected = 'a lab folder with lab.yaml, guide.md and solution.yaml';
    return { file, line: null, column: null, message: because, expected, suggestion: null };
  }
}

function parse<T>(
  source: YamlSource,
  schema: z.ZodType<T>,
): { readonly value: T | null; readonly problems: readonly LabProblem[] } {
  if (source.problems.length > 0) return { value: null, problems: source.problems };
  const parsed = schema.safeParse(source.value);
  if (parsed.success) return { value: parsed.data, problems: [] };
  return { value: null, problems: schemaProblems(schema, parsed.error.issues, source) };
}

/** Node settings as written. The schema has judged them; the defaults it filled in are the role's to fill, later. */
function withRawSettings(file: LabFile, raw: unknown): Pick<Lab, 'nodes' | 'acts'> {
  const written = raw as { nodes: RawNodes; acts: readonly { nodes?: RawNodes }[] };
  const nodes = (parsed: LabFile['nodes'], own: RawNodes | undefined): LabNodes =>
    Object.fromEntries(
      Object.entries(parsed).map(([name, node]) => [
        name,
        { ...node, settings: own?.[name]?.settings ?? {} },
      ]),
    );
  return {
    nodes: nodes(file.nodes, written.nodes),
    acts: file.acts.map((act, index) => ({ ...act, nodes: nodes(act.nodes, written.acts[index]?.nodes) })),
  };
}

/** What its folder `manifests` holds; most labs have none. */
async function manifestTexts(folder: string): Promise<Readonly<Record<string, string>>> {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.endsWith('.yaml')).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  return Object.fromEntries(files.map((name, index) => [name, texts[index] ?? '']));
}

/** Nodes that have Kubernetes documents get settings from them, by the names of all nodes that any act has. */
function withDocuments(
  lab: Lab,
  source: YamlSource,
): { readonly lab: Lab; readonly problems: readonly LabProblem[] } {
  const every: LabNodes = Object.assign({}, lab.nodes, ...lab.acts.map((act) => act.nodes)) as LabNodes;
  const problems: LabProblem[] = [];
  const filled = (nodes: LabNodes, path: Path): LabNodes =>
    Object.fromEntries(
      Object.entries(nodes).map(([name, node]) => {
        if (node.manifests === undefined) return [name, node];
        const text = lab.manifests[node.manifests];
        if (text === undefined) {
          const at = [...path, name, 'manifests'];
          problems.push(
            unknownName(source, at, 'file in manifests', node.manifests, Object.keys(lab.manifests)),
          );
          return [name, node];
        }
        const file = { name: join(lab.path, 'manifests', node.manifests), text };
        const read = withManifests(name, node, every, file);
        problems.push(...read.problems);
        return [name, { ...node, settings: read.settings }];
      }),
    );
  const nodes = filled(lab.nodes, ['nodes']);
  const acts = lab.acts.map((act, index) => ({ ...act, nodes: filled(act.nodes, ['acts', index, 'nodes']) }));
  return { lab: { ...lab, nodes, acts }, problems };
}

type RawNodes = Readonly<Record<string, { readonly settings?: LabNodes[string]['settings'] }>>;

/** `01-green-but-500` holds the lab `green-but-500`: the number is for order only. */
export function labIdOf(folder: string): string {
  return basename(folder).replace(/^\d+-/, '');
}

function folderName(lab: Lab, source: YamlSource): readonly LabProblem[] {
  const wanted = labIdOf(lab.path);
  if (wanted === lab.id) return [];
  const { line, column } = source.place(['id']);
  return [
    {
      file: source.file,
      line,
      column,
      message: `the id "${lab.id}" is not the folder's name`,
      expected: `"${wanted}", as the folder is called (a number in front is for order)`,
      suggestion: wanted,
    },
  ];
}
