import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine, NodeSpec, SessionSpec } from '../../../../../../electron/host/engine/engine.ts';
import { createLocalEngine } from '../../../../../../electron/host/engine/local/local-engine.ts';
import type { LocalEngineOptions } from '../../../../../../electron/host/engine/local/local-engine.ts';
import { writeStubPrograms } from '../../../../../support/stub-programs.ts';

/** An engine with a state folder of its own and stub programs, and lab specs for it. */
export interface Place {
  readonly dir: string;
  readonly engine: Engine;
  another(): Engine;
  session(names: readonly string[], port?: number): Promise<readonly [SessionSpec, readonly NodeSpec[]]>;
  clean(): Promise<void>;
}

let count = 0;

export async function makePlace(options: Partial<LocalEngineOptions> = {}): Promise<Place> {
  const dir = await mkdtemp(join(tmpdir(), 'bs-test-'));
  const programs = await writeStubPrograms(join(dir, 'programs'));
  const engines: Engine[] = [];
  const another = (): Engine => {
    const engine = createLocalEngine({
      root: process.cwd(),
      stateDir: join(dir, 'state'),
      bundles: () => Promise.resolve({ dir: programs, hash: 'stub' }),
      ...options,
    });
    engines.push(engine);
    return engine;
  };
  const engine = another();
  return {
    dir,
    engine,
    another,
    async session(names, port = 8080) {
      const session = `test-${process.pid}-${++count}`;
      const ports = Object.fromEntries(names.map((name) => [name, port]));
      const allocation = await engine.allocate(session, names, ports);
      const spec = {
        session,
        lab: 'stub-lab',
        scale: 1,
        startedAt: Date.now(),
        allocation,
        nodeCount: names.length,
      };
      return [spec, names.map((name) => nodeSpec(name, allocation.nodes[name]))];
    },
    async clean() {
      await Promise.all(engines.map((each) => each.dispose()));
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export function nodeSpec(
  name: string,
  place: { readonly address: string; readonly port: number } = { address: '127.0.0.1', port: 0 },
  more: Readonly<Record<string, string>> = {},
): NodeSpec {
  const listen = place.port > 0 ? { listen: place } : {};
  return {
    name,
    role: 'stub',
    ...place,
    config: JSON.stringify({ node: name, admin: '/run/blindspot/admin.sock', ...listen, ...more }),
    memoryMiB: 64,
    pids: 32,
    sysctls: {},
    netfilter: null,
  };
}

export const never = new AbortController().signal;
