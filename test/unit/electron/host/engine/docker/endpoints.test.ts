import { describe, expect, it } from 'vitest';
import { endpoints } from '../../../../../../electron/host/engine/docker/endpoints.ts';
import type { Surroundings } from '../../../../../../electron/host/engine/docker/endpoints.ts';

const linux: Surroundings = {
  platform: 'linux',
  env: {},
  home: '/home/ada',
  uid: 1000,
  currentContext: null,
  contexts: [],
};
const urls = (around: Surroundings) => endpoints(around).map(({ url }) => url);

describe('endpoints', () => {
  it('obeys DOCKER_HOST and tries nothing else', () => {
    const host = (value: string) => endpoints({ ...linux, env: { DOCKER_HOST: value } });
    expect(host('unix:///tmp/d.sock')).toEqual([{ url: 'unix:///tmp/d.sock', from: 'DOCKER_HOST' }]);
    expect(host('/tmp/d.sock')).toEqual([{ url: 'unix:///tmp/d.sock', from: 'DOCKER_HOST' }]);
    expect(host('box:2375')).toEqual([{ url: 'tcp://box:2375', from: 'DOCKER_HOST' }]);
    expect(host('')[0]?.from).toBe('Docker');
  });

  it('begins with the context the Docker client would use, DOCKER_CONTEXT before its config', () => {
    const contexts = [
      { name: 'colima', host: 'unix:///home/ada/.colima/default/docker.sock' },
      { name: 'far', host: 'ssh://ada@far' },
    ];
    const around = { ...linux, contexts, currentContext: 'far' };
    expect(urls(around)[0]).toBe('ssh://ada@far');
    const first = endpoints({ ...around, env: { DOCKER_CONTEXT: 'colima' } })[0];
    expect(first).toEqual({ url: contexts[0]?.host, from: 'the Docker context "colima"' });
    // Named by the context and usual as well: tried once.
    const all = urls({ ...around, currentContext: 'colima' });
    expect(new Set(all).size).toBe(all.length);
    expect(urls({ ...around, currentContext: 'gone' })[0]).toBe('unix:///var/run/docker.sock');
  });

  it('knows the usual sockets of every product on Linux and macOS', () => {
    expect(urls({ ...linux, env: { XDG_RUNTIME_DIR: '/run/user/7' } })).toEqual([
      'unix:///var/run/docker.sock',
      'unix:///home/ada/.docker/run/docker.sock',
      'unix:///home/ada/.docker/desktop/docker.sock',
      'unix:///run/user/7/docker.sock',
      'unix:///home/ada/.colima/default/docker.sock',
      'unix:///run/user/7/podman/podman.sock',
      'unix:///run/podman/podman.sock',
      'unix:///home/ada/.local/share/containers/podman/machine/podman.sock',
    ]);
    expect(urls(linux)).toContain('unix:///run/user/1000/docker.sock');
    expect(urls({ ...linux, uid: null })).not.toContain('unix:///run/user/null/docker.sock');
  });

  it('uses named pipes on Windows', () => {
    expect(urls({ ...linux, platform: 'win32', uid: null })).toContain('npipe:////./pipe/docker_engine');
    expect(urls({ ...linux, platform: 'win32' }).every((url) => url.startsWith('npipe:'))).toBe(true);
  });
});
