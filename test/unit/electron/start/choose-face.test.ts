import { describe, expect, it } from 'vitest';
import { chooseFace } from '../../../../electron/start/choose-face.ts';
import type { Attempts, Face } from '../../../../electron/start/choose-face.ts';

const person = { platform: 'linux', env: { DISPLAY: ':0' }, uid: 1000 } as const;

function choose(attempts: Partial<Attempts>): { readonly face: Promise<Face>; readonly tried: string[] } {
  const tried: string[] = [];
  const face = chooseFace({
    machine: person,
    binary: () => {
      tried.push('binary');
      return Promise.resolve({ binary: '/electron' });
    },
    shell: () => {
      tried.push('shell');
      return Promise.resolve();
    },
    smoke: (binary) => {
      tried.push(`smoke ${binary}`);
      return Promise.resolve(null);
    },
    ...attempts,
  });
  return { face, tried };
}

function text(face: Face): string {
  return face.kind === 'browser' ? face.notice.text : '';
}

describe('desktop app or browser', () => {
  it('is the desktop app when its binary is there and a window comes up', async () => {
    const { face, tried } = choose({});
    expect(await face).toEqual({ kind: 'electron', binary: '/electron' });
    expect(tried).toEqual(['binary', 'shell', 'smoke /electron']);
  });

  it('fetches nothing where there is no display, or for root', async () => {
    const blind = choose({ machine: { ...person, env: {} } });
    expect(text(await blind.face)).toContain('no display');
    expect(blind.tried).toEqual([]);
    const root = choose({ machine: { ...person, uid: 0 } });
    expect(text(await root.face)).toContain('does not run as root');
    expect(root.tried).toEqual([]);
  });

  it('says why the binary cannot be had, and keeps it as a notice', async () => {
    const { face, tried } = choose({ binary: () => Promise.resolve({ why: 'GitHub does not answer.' }) });
    expect(await face).toMatchObject({
      kind: 'browser',
      notice: {
        id: 'face',
        text: 'GitHub does not answer. The window is in a browser instead of the desktop app.',
      },
    });
    expect(tried).toEqual([]);
  });

  it('says why the window did not come up', async () => {
    const { face } = choose({ smoke: () => Promise.resolve('libgtk is missing.') });
    expect(text(await face)).toContain('libgtk is missing.');
  });
});
