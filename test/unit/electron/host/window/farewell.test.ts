import { describe, expect, it } from 'vitest';
import { BlindspotError } from '../../../../../electron/contract/errors.ts';
import type { Host } from '../../../../../electron/contract/requests.ts';
import { farewell } from '../../../../../electron/host/window/farewell.ts';
import { smallHost } from '../../../../support/small-host.ts';
import type { SmallHost } from '../../../../support/small-host.ts';

interface Rig {
  readonly leave: () => Promise<void>;
  readonly said: string[];
  readonly exits: number[];
  readonly closed: () => boolean;
}

function rig(host: Host): Rig {
  const said: string[] = [];
  const exits: number[] = [];
  let closed = false;
  const leave = farewell({
    host,
    close: () => {
      closed = true;
      return Promise.resolve();
    },
    say: (line) => said.push(line),
    exit: (code) => exits.push(code),
  });
  return { leave, said, exits, closed: () => closed };
}

function withLab(call: (name: string) => Promise<unknown>): SmallHost {
  const host = smallHost();
  host.publish('session', { title: 'Green but 500' });
  return { ...host, call: (name) => call(name) as never };
}

describe('farewell', () => {
  it('ends quietly when no lab is up', async () => {
    const host = smallHost();
    const { leave, said, exits, closed } = rig(host);
    await leave();
    expect(said).toEqual([]);
    expect(exits).toEqual([0]);
    expect(closed()).toBe(true);
    expect(host.disposed).toBe(true);
    expect(host.calls).toEqual([]);
  });

  it('takes the lab down first, and says so', async () => {
    const calls: string[] = [];
    const { leave, said, exits } = rig(withLab((name) => Promise.resolve(calls.push(name))));
    await leave();
    expect(calls).toEqual(['lab.down']);
    expect(said[0]).toContain('Taking "Green but 500" down');
    expect(said[1]).toContain('The lab is down');
    expect(exits).toEqual([0]);
  });

  it('ends at once the second time, and says what may be left', async () => {
    const { leave, said, exits } = rig(withLab(() => new Promise(() => undefined)));
    void leave();
    await leave();
    expect(exits).toEqual([130]);
    expect(said.at(-1)).toContain('npm run lab -- down --all');
  });

  it('ends with a failure and the next step when the lab does not go', async () => {
    const lost = new BlindspotError({
      code: 'engine-lost',
      message: 'Docker is gone.',
      next: 'Start Docker.',
    });
    const { leave, said, exits } = rig(withLab(() => Promise.reject(lost)));
    await leave();
    expect(said).toContain('The lab could not be taken down: Docker is gone.');
    expect(said).toContain('Start Docker.');
    expect(exits).toEqual([1]);
  });
});
