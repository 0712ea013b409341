import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { dockerConnection, dockerNote, root, withDocker } from '../../support/docker-engine.ts';
import { hostForTest, noStreams } from '../../support/host-on-engine.ts';
import { waitUntil } from '../../support/wait.ts';

/** The command line brings the lab up in a process of its own, which is then killed without a chance to clean. */
async function killedMidLab(stateDir: string): Promise<string> {
  const app = spawn(
    process.execPath,
    [join(root, 'electron/cli/lab.ts'), 'up', 'green-but-500', '--engine', 'docker'],
    { env: { ...process.env, BLINDSPOT_HOME: stateDir }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  app.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await waitUntil(() => output.includes('is up on docker'), 120_000, 'the lab to be up');
  app.kill('SIGKILL');
  await new Promise((resolve) => app.once('exit', resolve));
  return /is up on docker \((\w+)\)/.exec(output)?.[1] ?? '';
}

async function left(session: string): Promise<number> {
  const { docker } = dockerConnection();
  const containers = await docker.listContainers({
    all: true,
    filters: { label: [`blindspot.session=${session}`] },
  });
  const networks = await docker.listNetworks({ filters: { label: [`blindspot.session=${session}`] } });
  return containers.length + networks.length;
}

describe.skipIf(!withDocker)(`after kill -9 of the app (${dockerNote})`, () => {
  const open: Awaited<ReturnType<typeof hostForTest>>[] = [];
  afterEach(async () => {
    for (const host of open.splice(0)) await host.close();
  });

  it('the next start finds the lab, adopts it, measures it, and takes it down without a trace', async () => {
    const first = await hostForTest();
    open.push(first);
    const id = await killedMidLab(first.stateDir);
    await first.call('app.refresh', {}, noStreams);
    const found = first.controller.found.find((lab) => lab.session === id);
    expect(found).toMatchObject({
      lab: 'green-but-500',
      engine: 'docker',
      complete: true,
      nodes: 12,
      running: 12,
    });
    const session = await first.controller.adopt(id);
    expect(session.adopted).toBe(true);
    await waitUntil(
      () => session.telemetry.recent(1)[0]?.clients.client?.answered,
      15_000,
      'figures of the adopted lab',
    );
    await first.controller.down();
    expect(await left(id)).toBe(0);
  });

  it('`down --all` removes it and leaves nothing', async () => {
    const host = await hostForTest();
    open.push(host);
    const id = await killedMidLab(host.stateDir);
    const down = spawn(process.execPath, [join(root, 'electron/cli/lab.ts'), 'down', '--all'], {
      env: { ...process.env, BLINDSPOT_HOME: host.stateDir },
      stdio: 'ignore',
    });
    const code = await new Promise((resolve) => down.once('exit', resolve));
    expect(code).toBe(0);
    expect(await left(id)).toBe(0);
  });
});
