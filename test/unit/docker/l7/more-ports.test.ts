import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import type { L7Patch } from '../../../../docker/protocol/balancer.ts';
import { l7SettingsSchema } from '../../../../docker/protocol/balancer.ts';
import { freePort } from '../../../support/backend.ts';
import { certificates, identityOf } from '../../../support/certificates.ts';
import { waitUntil } from '../../../support/wait.ts';
import { rawClient } from '../l4/rig.ts';
import { cleanUp, echoHead, httpBackend, proxyTo, raw } from './rig.ts';

afterEach(cleanUp);

/** The status, or why there is none. */
async function ask(port: number, secure = false): Promise<number | string> {
  const { authority } = await certificates();
  return await new Promise((resolve) => {
    const place = { port, host: '127.0.0.1', agent: false };
    const asked = secure
      ? getSecure({ ...place, ca: authority, servername: 'app.lab' }, (incoming) =>
          resolve(incoming.statusCode ?? 0),
        )
      : getPlain(place, (incoming) => resolve(incoming.statusCode ?? 0));
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

async function rig(patch: L7Patch = {}) {
  const target = await httpBackend(echoHead);
  const made = await proxyTo([target.port], patch, undefined, await identityOf('site'));
  const change = async (more: L7Patch) => {
    await made.proxy.prepare(l7SettingsSchema.parse(more));
    made.change(more);
  };
  return { ...made, change };
}

describe('ports beside the own one', () => {
  it('open and close while it runs; TLS is a matter of each', async () => {
    const { port, change } = await rig();
    const [plain, secure] = [await freePort(), await freePort()];
    expect(await ask(secure, true)).toBe('ECONNREFUSED');
    await change({ ports: [{ port: plain }, { port: secure, tls: true }] });
    expect([await ask(port), await ask(plain), await ask(secure, true)]).toEqual([200, 200, 200]);
    expect(await ask(secure)).not.toBe(200);
    await change({ ports: [{ port: plain, tls: true }] });
    expect([await ask(port), await ask(plain, true), await ask(secure, true)]).toEqual([
      200,
      200,
      'ECONNREFUSED',
    ]);
  });

  it('are there from the start, and gone at the end', async () => {
    const more = await freePort();
    const { proxy } = await rig({ ports: [{ port: more }] });
    expect(await ask(more)).toBe(200);
    await proxy.close();
    expect(await ask(more)).toBe('ECONNREFUSED');
  });

  it('a route may be for one of them', async () => {
    const more = await freePort();
    const own = { match: { ports: [more] }, respond: { status: 418 } };
    const { port, change } = await rig();
    await change({
      ports: [{ port: more }],
      routing: { routes: { own, rest: { respond: { status: 204 } } } },
    });
    expect([await ask(port), await ask(more)]).toEqual([204, 418]);
  });

  it('one that is taken is refused by its number, and the others are not left open', async () => {
    const taken = await raw(() => undefined);
    const free = await freePort();
    const { change } = await rig();
    await expect(change({ ports: [{ port: free }, { port: taken }] })).rejects.toThrow(
      `port ${taken} cannot be opened: somebody else listens there`,
    );
    await waitUntil(async () => (await ask(free)) === 'ECONNREFUSED');
  });

  it('who is connected to one that is closed is still answered', async () => {
    const more = await freePort();
    const { proxy, change } = await rig({ ports: [{ port: more }] });
    const client = await rawClient(more);
    await waitUntil(() => proxy.connections.open === 1);
    await change({ ports: [] });
    client.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await waitUntil(() => client.text().startsWith('HTTP/1.1 200'));
    expect(await ask(more)).toBe('ECONNREFUSED');
    client.socket.destroy();
  });
});
