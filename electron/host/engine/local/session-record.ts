import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, writeJson } from '../../data-dir.ts';
import type { SessionSpec } from '../engine.ts';
import type { ProcessIdentity } from './process-identity.ts';

/**
 * What one Blindspot leaves on disk for another to read: which processes are a session's, and whose session it is.
 * It is a hint, never the truth: whoever reads it asks the system which of those processes live.
 */
export interface SessionRecord {
  readonly version: 1;
  readonly owner: ProcessIdentity;
  readonly spec: SessionSpec;
  /** Folder of the admin sockets; null where they are named pipes. */
  readonly sockets: string | null;
  readonly nodes: readonly NodeRecord[];
}

export interface NodeRecord {
  readonly name: string;
  readonly role: string;
  readonly config: string;
  readonly process: ProcessIdentity | null;
}

/** The file comes before anything else of a session and goes after everything else, so nothing is ever without it. */
export class SessionRecords {
  private readonly dir: string;

  constructor(stateDir: string) {
    this.dir = join(stateDir, 'local');
  }

  /** The session's own folder: configs, and what its terminals need. */
  folder(session: string): string {
    return join(this.dir, session);
  }

  async write(record: SessionRecord): Promise<void> {
    await mkdir(this.dir, { recursive: true, mode: 0o700 });
    await writeJson(this.file(record.spec.session), record);
  }

  async read(session: string): Promise<SessionRecord | null> {
    if (!isSessionName(session)) return null;
    const value = await readJson(this.file(session));
    return isRecord(value) && value.spec.session === session ? value : null;
  }

  async all(): Promise<readonly SessionRecord[]> {
    const files = await readdir(this.dir).catch(() => []);
    const names = files
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.slice(0, -'.json'.length));
    const records = await Promise.all(names.map((name) => this.read(name)));
    return records.filter((record) => record !== null);
  }

  async remove(record: SessionRecord): Promise<void> {
    if (record.sockets !== null) await rm(record.sockets, { recursive: true, force: true });
    await rm(this.folder(record.spec.session), { recursive: true, force: true });
    await rm(this.file(record.spec.session), { force: true });
  }

  private file(session: string): string {
    return join(this.dir, `${session}.json`);
  }
}

/** It becomes part of a path, and can come from a window: nothing but letters, digits, dash and underscore. */
export function isSessionName(session: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(session);
}

function isRecord(value: unknown): value is SessionRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { version, owner, spec, nodes } = value as Partial<SessionRecord>;
  return version === 1 && typeof owner?.pid === 'number' && spec !== undefined && Array.isArray(nodes);
}
