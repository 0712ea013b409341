import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../../../../electron/host/engine/docker/diagnosis.ts';
import type { Attempt } from '../../../../../../electron/host/engine/docker/diagnosis.ts';

const at = (problem: Attempt['problem'], url = 'unix:///var/run/docker.sock', from = 'Docker'): Attempt => ({
  endpoint: { url, from },
  problem,
  detail: 'no answer within 4 s',
});

describe('diagnose', () => {
  it('tells what came closest to an engine', () => {
    const denied = diagnose([at('absent'), at('refused'), at('denied', 'unix:///x.sock')], 'linux');
    expect(denied.what).toContain('unix:///x.sock');
    expect(denied.next).toContain('usermod -aG docker');
    const refused = diagnose([at('absent'), at('refused')], 'linux');
    expect(refused.what).toContain('not running');
    expect(refused.next).toContain('systemctl start docker');
    expect(diagnose([at('refused')], 'darwin').next).toBe('Start Docker Desktop.');
  });

  it('says how to install one where there is none', () => {
    expect(diagnose([at('absent'), at('absent')], 'linux').next).toContain('apt install docker.io');
    expect(diagnose([at('absent')], 'win32').next).toContain('Docker Desktop');
  });

  it('names DOCKER_HOST where that is the trouble', () => {
    const { what, next } = diagnose([at('absent', 'tcp://box:2375', 'DOCKER_HOST')], 'linux');
    expect(what).toContain('DOCKER_HOST says tcp://box:2375');
    expect(next).toContain('unset DOCKER_HOST');
  });

  it('knows an engine that cannot run the labs from one that is absent', () => {
    expect(diagnose([at('windows-containers')], 'win32').next).toContain('Switch to Linux containers');
    expect(diagnose([at('architecture')], 'linux').what).toContain('amd64 and arm64');
    expect(diagnose([at('silent')], 'linux').what).toContain('no answer within 4 s');
    expect(diagnose([at('failed')], 'linux').what).toContain('cannot be used');
  });
});
