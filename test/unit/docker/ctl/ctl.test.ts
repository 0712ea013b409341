import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandOf, nested } from '../../../../docker/ctl/command.ts';
import { startTestBackend } from '../../../support/backend.ts';
import type { TestBackend } from '../../../support/backend.ts';

const root = join(import.meta.dirname, '../../../..');

let backend: TestBackend;
beforeEach(async () => {
  backend = await startTestBackend();
});
afterEach(() => backend.stop());

function ctl(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  return ctlOn(backend.adminPath, words);
}

function ctlOn(admin: string, words: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(root, 'docker/ctl/main.ts'), ...words],
      { env: { ...process.env, BLINDSPOT_ADMIN: admin } },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

describe('ctl', () => {
  it('switches a fault on, shows it, and heals it', async () => {
    expect(await ctl('fault', 'always-status', 'status=503', 'scope.first=9')).toMatchObject({
      code: 0,
      out: 'done\n',
    });
    expect((await backend.get('/')).outcome).toBe('503');
    expect((await ctl('faults')).out).toMatch(/^\* always-status .*"status":503.*1 times$/m);
    expect((await ctl('heal')).code).toBe(0);
    expect((await backend.get('/')).outcome).toBe('200');
  });

  it('changes a setting by its path and shows stats and events as lines', async () => {
    expect((await ctl('set', 'serviceMs=3', 'healthDepth=worker')).out).toBe(
      'serviceMs = 3\nhealthDepth = "worker"\n',
    );
    expect((await ctl('settings')).out).toContain('healthDepth = "worker"\n');
    expect((await ctl('stats')).out).toContain('connections.accepted = 0\n');
    expect((await ctl('events')).out).toMatch(/ settings changed=\["serviceMs","healthDepth"\]$/m);
    expect(JSON.parse((await ctl('stats', '--json')).out)).toMatchObject({ role: 'backend' });
    expect((await ctl('reset')).code).toBe(0);
    expect((await ctl('settings')).out).toContain('serviceMs = 0\n');
  });

  it('says what was wrong, and where', async () => {
    expect(await ctl('set', 'serviceMs=fast')).toMatchObject({ code: 1, out: '' });
    expect((await ctl('set', 'serviceMs=fast')).err).toContain('serviceMs: ');
    expect((await ctl('fault', 'nope')).err).toContain('always-status');
    expect(await ctl('flault')).toMatchObject({
      code: 2,
      err: 'ctl: no command "flault"; ctl help lists them\n',
    });
    const nobody = await ctlOn('/nowhere/a.sock', ['stats']);
    expect(nobody).toMatchObject({ code: 1 });
    expect(nobody.err).toContain('/nowhere/a.sock');
    expect((await ctl('help')).out).toContain('ctl fault NAME');
  });
});

describe('command words', () => {
  it('make nested JSON', () => {
    expect(nested(['a.b=1', 'a.c=x y', 'd=[1,2]', 'e=true', 'f=null', 'g=1=2'])).toEqual({
      a: { b: 1, c: 'x y' },
      d: [1, 2],
      e: true,
      f: null,
      g: '1=2',
    });
  });

  it('refuse what has no value', () => {
    expect(() => nested(['a'])).toThrow('PATH=VALUE');
    expect(() => commandOf(['set'])).toThrow('PATH=VALUE');
    expect(() => commandOf(['stats', 'x'])).toThrow('takes no "x"');
  });
});
