import { posix } from 'node:path';
import ts from 'typescript';
import { allowed, packageHomes } from './arrows.js';

/** A source file, with its path from the repository's top, by `/`. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

const arrows: Readonly<Record<string, readonly string[]>> = allowed;
const homes: Readonly<Record<string, readonly string[]>> = packageHomes;
const folders = Object.keys(arrows).sort((a, b) => b.length - a.length);

/** Every import of a file that has no arrow, or of a package that lives elsewhere, in words. */
export function violations(source: Source, exists: (path: string) => boolean): readonly string[] {
  const folder = folderOf(source.path);
  if (folder === null && !isComposition(source.path)) {
    return [`${source.path} lies in a folder that test/support/arrows.js does not know`];
  }
  return importsOf(source).flatMap((name) => {
    const wrong = name.startsWith('.')
      ? wrongFile(source.path, folder, posix.join(posix.dirname(source.path), name), exists)
      : wrongPackage(source.path, name);
    return wrong === null ? [] : [`${source.path} imports ${name}: ${wrong}`];
  });
}

function wrongFile(
  from: string,
  folder: string | null,
  target: string,
  exists: (path: string) => boolean,
): string | null {
  if (!exists(target.split('?')[0] ?? target)) return 'there is no such file';
  // The two scripts at the top of electron/ put everything together.
  if (folder === null) return target.startsWith(`${posix.dirname(from)}/`) ? null : 'it leaves its own part';
  const reachable = [folder, ...(arrows[folder] ?? [])];
  return reachable.some((place) => isWithin(target, place)) ? null : `${folder} has no arrow to it`;
}

function wrongPackage(from: string, name: string): string | null {
  const home = Object.entries(homes).find(([known]) => name === known || name.startsWith(`${known}/`));
  if (home === undefined || home[1].some((place) => isWithin(from, place))) return null;
  return `only ${home[1].join(', ')} may know it`;
}

function folderOf(path: string): string | null {
  return folders.find((folder) => isWithin(path, folder)) ?? null;
}

function isComposition(path: string): boolean {
  return /^electron\/[a-z-]+\.ts$/.test(path);
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** Static, dynamic and type imports alike; of a component, those of its scripts. */
function importsOf({ path, text }: Source): readonly string[] {
  const code = path.endsWith('.svelte') ? scriptsOf(text) : text;
  const { importedFiles } = ts.preProcessFile(code, true, true);
  return importedFiles.map(({ fileName }) => fileName).filter((name) => !name.startsWith('node:'));
}

function scriptsOf(component: string): string {
  return [...component.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)]
    .map((match) => match[1] ?? '')
    .join('\n');
}
