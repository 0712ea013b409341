import { join } from 'node:path';
import { readJson, writeJson } from '../data-dir.ts';

/** Which steps a person has ever passed, by lab. */
export class Progress {
  private readonly file: string;
  private known: Readonly<Record<string, readonly string[]>> = {};
  private writing: Promise<void> = Promise.resolve();

  constructor(dir: string) {
    this.file = join(dir, 'progress.json');
  }

  async load(): Promise<void> {
    const found = await readJson(this.file);
    if (isProgress(found)) this.known = found;
  }

  passed(lab: string): ReadonlySet<string> {
    return new Set(this.known[lab]);
  }

  add(lab: string, step: string): void {
    const before = this.known[lab] ?? [];
    if (before.includes(step)) return;
    this.known = { ...this.known, [lab]: [...before, step] };
    const value = this.known;
    // Progress is a convenience: a full disk must not stop a lab.
    this.writing = this.writing.then(() => writeJson(this.file, value)).catch(() => undefined);
  }

  async flush(): Promise<void> {
    await this.writing;
  }
}

function isProgress(value: unknown): value is Record<string, string[]> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every(
      (steps) => Array.isArray(steps) && steps.every((step) => typeof step === 'string'),
    )
  );
}
