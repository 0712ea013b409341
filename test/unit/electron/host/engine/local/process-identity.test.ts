import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { alive, identify } from '../../../../../../electron/host/engine/local/process-identity.ts';

// Both ways work on Linux, so the one that macOS uses is proved here too.
it.each(['linux', 'darwin'] as const)(
  'knows a process by pid and start time (as on %s)',
  async (platform) => {
    const child = spawn('sleep', ['60']);
    const identity = await identify(child.pid ?? 0, platform);
    if (identity === null) throw new Error('a living process was not found');
    const stranger = { pid: identity.pid, started: `${identity.started}9` };
    expect(await alive([identity, stranger], platform)).toEqual([identity]);
    child.kill('SIGSTOP');
    expect(await alive([identity], platform)).toEqual([identity]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await alive([identity], platform)).toEqual([]);
    expect(await identify(identity.pid, platform)).toBeNull();
  },
);
