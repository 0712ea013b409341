import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface LabText {
  readonly lab: string;
  readonly guide: string;
  readonly solution: string;
}

/** Writes a lab folder of the given name into a fresh directory, which goes when the test is over. */
export async function labOnDisk(name: string, { lab, guide, solution }: LabText): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'blindspot-lab-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const folder = join(directory, name);
  await mkdir(folder);
  await writeFile(join(folder, 'lab.yaml'), lab);
  await writeFile(join(folder, 'guide.md'), guide);
  await writeFile(join(folder, 'solution.yaml'), solution);
  return folder;
}

/** The smallest lab, as labs/README.md teaches it: what is printed there is what is tested. */
export async function readmeLab(): Promise<LabText> {
  const readme = await readFile(new URL('../../labs/README.md', import.meta.url), 'utf8');
  const block = (file: string) => {
    const found = new RegExp(`^(\`{3,4})\\S+ ${file.replace('.', '\\.')}\\n([\\s\\S]*?)\\n\\1$`, 'm').exec(
      readme,
    );
    if (found?.[2] === undefined) throw new Error(`labs/README.md shows no ${file}`);
    return `${found[2]}\n`;
  };
  return { lab: block('lab.yaml'), guide: block('guide.md'), solution: block('solution.yaml') };
}
