import { afterEach, expect, it } from 'vitest';
import type { L7Patch } from '../../../../../docker/protocol/balancer.ts';
import { ask, cleanUp, httpBackend, proxyTo } from '../rig.ts';

afterEach(cleanUp);

/** Whom each of these requests went to, over connections of their own. */
async function went(requestHash: L7Patch['requestHash'], headers: readonly Record<string, string>[]) {
  const names = ['a', 'b', 'c', 'd'];
  const targets = await Promise.all(names.map((name) => httpBackend((_, out) => out.end(name))));
  const patch: L7Patch = { algorithm: 'maglev', ...(requestHash === undefined ? {} : { requestHash }) };
  const { port } = await proxyTo(
    targets.map((one) => one.port),
    patch,
  );
  const bodies: string[] = [];
  for (const one of headers) bodies.push((await ask(port, { headers: one })).body);
  return new Set(bodies).size;
}

const same = Array.from({ length: 24 }, () => ({ 'x-user': 'anna', cookie: 'a=1; cart=7' }));
const others = Array.from({ length: 24 }, (_, index) => ({ 'x-user': `u${index}`, cookie: `cart=${index}` }));

it.each([
  ['header', 'x-user'],
  ['cookie', 'cart'],
] as const)('who sends the same %s goes to the same target, others to others', async (by, name) => {
  expect(await went({ by, name }, same)).toBe(1);
  expect(await went({ by, name }, others)).toBeGreaterThan(1);
});

it('who sends none, or where it is off, goes by connection', async () => {
  expect(await went({ by: 'header', name: 'x-none' }, same)).toBeGreaterThan(1);
  expect(await went(undefined, same)).toBeGreaterThan(1);
  expect(await went({ by: 'path' }, others)).toBe(1);
});
