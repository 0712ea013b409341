import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabProblem } from '../../contract/catalogue.ts';
import type { Lab } from './lab.ts';
import { labIdOf, readLab } from './lab-folder.ts';

/** Every lab there is, and every lab folder that could not be read: never dropped silently. */
export interface LabCatalogue {
  readonly labs: readonly Lab[];
  readonly problems: readonly LabProblem[];
}

/** Reads each folder of each directory, in order of folder names; a directory that is not there holds no labs. */
export async function loadCatalogue(directories: readonly string[]): Promise<LabCatalogue> {
  const folders = (await Promise.all(directories.map(labFolders))).flat();
  const read = await Promise.all(folders.map(readLab));
  const labs: Lab[] = [];
  const problems = read.flatMap((one) => one.problems);
  for (const { lab } of read) {
    if (lab === null) continue;
    const other = labs.find((one) => one.id === lab.id);
    if (other === undefined) labs.push(lab);
    else problems.push(duplicate(lab, other));
  }
  return { labs, problems };
}

/** One lab without reading the others: its folder is called after it. The first that can be read is the catalogue's, too. */
export async function findLab(directories: readonly string[], id: string): Promise<Lab | null> {
  const folders = (await Promise.all(directories.map(labFolders))).flat();
  for (const folder of folders.filter((one) => labIdOf(one) === id)) {
    const { lab } = await readLab(folder);
    if (lab !== null) return lab;
  }
  return null;
}

/** For `validate PATH`: a lab folder, or a file in it. */
export async function validateLab(path: string): Promise<readonly LabProblem[]> {
  const folder = /\.(ya?ml|md)$/.test(path) ? join(path, '..') : path;
  return (await readLab(folder)).problems;
}

/** A folder is a lab's if it holds a lab.yaml; others (and files such as schema.ts) are none of ours. */
async function labFolders(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const folders = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(directory, entry.name))
    .sort();
  const holds = await Promise.all(
    folders.map(async (folder) => (await readdir(folder).catch((): string[] => [])).includes('lab.yaml')),
  );
  return folders.filter((_, index) => holds[index]);
}

function duplicate(lab: Lab, other: Lab): LabProblem {
  return {
    file: join(lab.path, 'lab.yaml'),
    line: null,
    column: null,
    message: `the id "${lab.id}" is taken`,
    expected: `an id of its own: ${other.path} has this one already`,
    suggestion: null,
  };
}
