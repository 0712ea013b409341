import { describe, expect, it } from 'vitest';
import { haproxy, missing, nginx, ours } from './http-peer.ts';
import { play } from './http-script.ts';
import type { HttpScript, Transcript } from './http-script.ts';
import { expected } from './scripts/expected.ts';
import { failing } from './scripts/failing.ts';
import { answers, requests } from './scripts/framing.ts';
import { haproxyDiffers } from './scripts/haproxy.ts';
import { hops } from './scripts/hops.ts';
import { nginxDiffers } from './scripts/nginx.ts';

/**
 * One client and one backend, played through our proxy, HAProxy and NGINX. What both ends saw is the same through all three,
 * or differs in the way that is written down, with the reason.
 */
const scripts: Readonly<Record<string, HttpScript>> = { ...requests, ...answers, ...hops, ...failing };
const names = Object.keys(scripts);

it('knows what is to be seen of each script, and of no other', () => {
  expect(Object.keys(expected).sort()).toEqual([...names].sort());
  for (const differs of [haproxyDiffers, nginxDiffers]) {
    for (const name of Object.keys(differs)) expect(names).toContain(name);
  }
});

describe('HTTP through our proxy', () => {
  it.each(names)('%s', async (name) => {
    expect(await play(ours, scriptOf(name))).toEqual(expected[name]);
  });
});

describe.each([
  ['haproxy', haproxy, haproxyDiffers, (seen: Transcript) => seen],
  ['nginx', nginx, nginxDiffers, reframed],
] as const)('the same through %s', (peer, start, differs, read) => {
  const why = missing[peer];
  if (why !== null) it.skip(`cannot be run here: ${why}`, () => undefined);
  for (const name of names) {
    const difference = differs[name];
    if (difference !== undefined && 'skip' in difference) continue;
    const title = difference === undefined ? name : `${name}: differs, as stated`;
    it.skipIf(why !== null)(title, async () => {
      const wanted = difference?.sees ?? expected[name] ?? { client: [], backend: [] };
      expect(read(await play(start, scriptOf(name)))).toEqual(read(wanted));
    });
  }
});

function scriptOf(name: string): HttpScript {
  const script = scripts[name];
  if (script === undefined) throw new Error(`no script "${name}"`);
  return script;
}

/** A small body in chunks that NGINX holds whole already is sent on with its length: no difference to anybody. */
function reframed({ client, backend }: Transcript): Transcript {
  return { client, backend: backend.map((line) => line.replace('| chunked "', '| length "')) };
}
