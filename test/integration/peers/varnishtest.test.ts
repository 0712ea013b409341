import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../support/backend.ts';
import { haproxy, missing, nginx, ours } from './http-peer.ts';
import type { HttpWishes, StartHttpPeer } from './http-peer.ts';
import { installed } from './native.ts';
import { runProgram } from './program.ts';

/** Scripts of Varnish's own tester, which plays both the client and the target, through ours and through the others. */
const folder = join(import.meta.dirname, 'vtc');
const scripts = readdirSync(folder).filter((name) => name.endsWith('.vtc'));
const wishes: Readonly<Record<string, Omit<HttpWishes, 'targets'>>> = {
  'silent.vtc': { answerMs: 500, clientMs: 500 },
};

/** What a peer does otherwise. */
const differs = {
  haproxy: {
    'h2-streams.vtc': 'needs a port of its own for HTTP/2 in the clear',
    'h2-window.vtc': 'needs a port of its own for HTTP/2 in the clear',
    'retry.vtc': 'does not repeat what may have been done, unless it is told to',
  },
  nginx: {
    'informational.vtc': 'relays 103 without knowing it, and answers 100 itself',
    'silent.vtc': 'hangs up on a head that stops, without a word',
    'h2-streams.vtc': 'needs a port of its own for HTTP/2 in the clear',
    'h2-window.vtc': 'needs a port of its own for HTTP/2 in the clear',
  },
} as const;

async function play(start: StartHttpPeer, script: string): Promise<string> {
  const port = await freePort();
  const peer = await start({ targets: [port], ...wishes[script] });
  const macros = ['-D', `backend=127.0.0.1:${port}`, '-D', `proxy=127.0.0.1:${peer.port}`];
  try {
    const { code, out } = await runProgram('varnishtest', ['-t', '30', ...macros, join(folder, script)]);
    return code === 0 ? 'passed' : out;
  } finally {
    await peer.close();
  }
}

const there = installed('varnishtest') ? null : 'varnishtest is not installed';

describe.each([
  ['ours', ours, {}, null],
  ['haproxy', haproxy, differs.haproxy, missing.haproxy],
  ['nginx', nginx, differs.nginx, missing.nginx],
] as const)('varnishtest through %s', (_, start, except, gone) => {
  const why = there ?? gone;
  if (why !== null) it.skip(`cannot be run here: ${why}`, () => undefined);
  it.skipIf(why !== null).each(scripts.filter((name) => !(name in except)))('%s', async (name) => {
    expect(await play(start, name)).toBe('passed');
  });
});
