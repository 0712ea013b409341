import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { violations } from '../support/layers.ts';

const root = join(import.meta.dirname, '../..');

describe('import arrows', () => {
  it('are held by every import of the repository', async () => {
    const wrong: string[] = [];
    let files = 0;
    for await (const file of glob('{electron,renderer,labs,docker}/**/*.{ts,svelte}', { cwd: root })) {
      const path = file.replaceAll('\\', '/');
      const text = await readFile(join(root, file), 'utf8');
      wrong.push(...violations({ path, text }, (target) => existsSync(join(root, target))));
      files += 1;
    }
    expect(wrong).toEqual([]);
    // A walk that finds nothing would hold nothing.
    expect(files).toBeGreaterThan(100);
  });

  const check = (path: string, text: string): readonly string[] => violations({ path, text }, () => true);

  it.each([
    ['electron/rpc/a.ts', "import { x } from '../host/x.ts';"],
    ['electron/host/deep/a.ts', "import type { X } from '../../main/x.ts';"],
    ['electron/contract/a.ts', "export * from '../rpc/x.ts';"],
    ['electron/host/a.ts', "const x = await import('../server/x.ts');"],
    ['electron/host/a.ts', "import { x } from '../../docker/lib/x.ts';"],
    ['renderer/a.ts', "import { x } from '../electron/host/x.ts';"],
    ['renderer/a.svelte', '<script lang="ts">\n  import x from \'../labs/x.ts\';\n</script>'],
    ['docker/l4/a.ts', "import { x } from '../l7/x.ts';"],
    ['docker/protocol/a.ts', "import { x } from '../lib/x.ts';"],
    ['electron/host/a.ts', "import { app } from 'electron';"],
    ['electron/host/lab/a.ts', "import type Docker from 'dockerode';"],
    ['electron/main/a.ts', "import { WebSocket } from 'ws';"],
    ['electron/rpc/a.ts', "import { mount } from 'svelte';"],
    ['electron/start.ts', "import { x } from '../renderer/x.ts';"],
    ['electron/somewhere/a.ts', 'export const x = 1;'],
  ])('refuse %s with %s', (path, text) => {
    expect(check(path, text)).toHaveLength(1);
  });

  it.each([
    ['electron/host/lab/a.ts', "import { x } from '../engine/x.ts'; import y from '../../../labs/y.ts';"],
    ['electron/host/engine/docker/a.ts', "import Docker from 'dockerode';"],
    ['electron/main/a.ts', "import { app } from 'electron'; import { x } from '../host/x.ts';"],
    ['renderer/a.ts', "import type { X } from '../electron/contract/x.ts'; import 'svelte/motion';"],
    ['docker/l7/a.ts', "import { x } from '../balancing/x.ts'; import fs from 'node:fs';"],
    ['electron/start.ts', "import { x } from './server/x.ts';"],
  ])('let %s have %s', (path, text) => {
    expect(check(path, text)).toEqual([]);
  });

  it('name an import that leads nowhere', () => {
    const source = { path: 'labs/a.ts', text: "import { x } from './gone.ts';" };
    expect(violations(source, () => false)).toEqual(['labs/a.ts imports ./gone.ts: there is no such file']);
  });
});
