import { join } from 'node:path';
import { BlindspotError } from '../../contract/errors.ts';
import { findLab, loadCatalogue } from './catalogue.ts';
import type { LabCatalogue } from './catalogue.ts';
import type { Lab } from './lab.ts';
import { nearest } from './nearest.ts';

/** The labs that come with Blindspot, then the person's own. Read anew each time: a folder dropped in appears. */
export class Shelf {
  private readonly directories: readonly string[];

  constructor(root: string, dataDir: string) {
    this.directories = [join(root, 'labs'), join(dataDir, 'labs')];
  }

  async load(): Promise<LabCatalogue> {
    return await loadCatalogue(this.directories);
  }

  async lab(id: string): Promise<Lab> {
    const found = await findLab(this.directories, id);
    if (found !== null) return found;
    const { labs, problems } = await this.load();
    const broken = problems.find((problem) => problem.file.includes(id));
    if (broken !== undefined) {
      throw new BlindspotError({
        code: 'lab-invalid',
        message: `The lab "${id}" cannot be read: ${broken.message}.`,
        where: `${broken.file}:${broken.line ?? 1}:${broken.column ?? 1}`,
        next: `Expected ${broken.expected}. Check it with "npm run lab -- validate".`,
      });
    }
    const names = labs.map((lab) => lab.id);
    const close = nearest(id, names);
    throw new BlindspotError({
      code: 'not-found',
      message: `There is no lab "${id}".`,
      next: close === null ? `The labs are ${names.join(', ')}.` : `Did you mean "${close}"?`,
    });
  }
}
