import { chmod, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { certificateSchema, identitySchema } from '../../../docker/protocol/tls.ts';
import { readJson, writeJson } from '../data-dir.ts';
import type { Allocation } from '../engine/engine.ts';
import type { Certificates } from './certificates.ts';
import { actNodes, allMembers } from './groups.ts';
import type { Lab } from './lab.ts';

/**
 * What a session's nodes hold, in a file that only this user may read: an app that adopts the lab must give the nodes
 * of a later act certificates of the same authority. The file goes with the session; no label carries a key.
 */
const savedSchema = z.object({
  authority: identitySchema.shape.authority,
  nodes: z.record(z.string(), z.array(certificateSchema)),
});
/** The certificates in it have expired by then, so nothing can be adopted with them. */
const uselessAfterMs = 7 * 24 * 3_600_000;

export class CertificateStore {
  private readonly dir: string;

  constructor(stateDir: string) {
    this.dir = join(stateDir, 'certificates');
  }

  /** Null where the lab has no use for any: then nothing is made, and no library for it is loaded. */
  async make(session: string, lab: Lab, allocation: Allocation): Promise<Certificates | null> {
    const wishes = wishesOf(lab, allocation);
    if (wishes.length === 0) return null;
    const { makeCertificates } = await import('./certificates.ts');
    const made = await makeCertificates(session, wishes);
    await mkdir(this.dir, { recursive: true, mode: 0o700 });
    await chmod(this.dir, 0o700);
    await writeJson(this.file(session), made);
    return made;
  }

  /** What an earlier app made for this session; null where it is gone. */
  async load(session: string): Promise<Certificates | null> {
    const saved = savedSchema.safeParse(await readJson(this.file(session)));
    return saved.success ? saved.data : null;
  }

  async forget(session: string): Promise<void> {
    await rm(this.file(session), { force: true });
  }

  async sweep(now = Date.now()): Promise<void> {
    for (const name of await readdir(this.dir).catch(() => [])) {
      const file = join(this.dir, name);
      const made = await stat(file).catch(() => null);
      if (made !== null && now - made.mtimeMs > uselessAfterMs) await rm(file, { force: true });
    }
  }

  private file(session: string): string {
    return join(this.dir, `${session.replaceAll(/[^\w-]/g, '')}.json`);
  }
}

/** Every act's nodes, because addresses are known from the start and the authority will not sign again. */
function wishesOf(lab: Lab, allocation: Allocation) {
  const all = lab.acts.flatMap((_, act) => allMembers(actNodes(lab, act)));
  const asking = new Map(
    all.flatMap(({ name, node }) =>
      node.certificates === undefined ? [] : [[name, node.certificates] as const],
    ),
  );
  return [...asking].map(([node, names]) => ({
    node,
    address: allocation.nodes[node]?.address ?? '127.0.0.1',
    names,
  }));
}
