import { expect, test } from 'vitest';
import { BlindspotError } from '../../../../electron/contract/errors.ts';
import { connect } from '../../../../renderer/state/connection.svelte.ts';
import { createTerminals } from '../../../../renderer/state/terminals.svelte.ts';
import type { Screen } from '../../../../renderer/terminal/screen.ts';
import { fakeHost, fakeTerminal } from '../../../support/fake-host.ts';

function paper(): Screen & { text: string } {
  return {
    element: document.createElement('div'),
    cols: 80,
    rows: 24,
    text: '',
    write(text, drawn) {
      this.text += text;
      drawn();
    },
    onInput: () => undefined,
    onResize: () => undefined,
    fit: () => undefined,
    focus: () => undefined,
    colours: () => undefined,
    dispose: () => undefined,
  };
}

function terminalsOn(host: ReturnType<typeof fakeHost>) {
  const screen = paper();
  host.answer('terminal.resize', () => null);
  const terminals = createTerminals(
    connect(() => host.open()),
    () => Promise.resolve(() => screen),
  );
  return { terminals, screen };
}

test('what is typed before the shell is there reaches it', async () => {
  const host = fakeHost();
  const shell = fakeTerminal();
  host.answer('terminal.open', (_, caller) => ({ stream: caller.openStream(shell) }));
  const { terminals, screen } = terminalsOn(host);
  terminals.open('client', 'curl backend-1\r');
  await expect.poll(() => shell.written).toEqual(['curl backend-1\r']);
  shell.say('200');
  await expect.poll(() => screen.text).toBe('200');
  expect(terminals.list).toMatchObject([{ node: 'client', state: 'open' }]);
});

test('a shell that ends says why, and can be opened again', async () => {
  const host = fakeHost();
  let shell = fakeTerminal();
  host.answer('terminal.open', (_, caller) => ({ stream: caller.openStream((shell = fakeTerminal())) }));
  const { terminals } = terminalsOn(host);
  terminals.open('client');
  await expect.poll(() => terminals.list[0]?.state).toBe('open');
  shell.end('the node was killed');
  await expect.poll(() => terminals.list[0]).toMatchObject({ state: 'ended', reason: 'the node was killed' });
  terminals.reopen('client');
  await expect.poll(() => terminals.list[0]?.state).toBe('open');
});

test('a terminal to a dead node carries its error', async () => {
  const host = fakeHost();
  host.answer('terminal.open', () => {
    throw new BlindspotError({ code: 'node-not-running', message: 'backend-1 is not running.' });
  });
  const { terminals } = terminalsOn(host);
  terminals.open('backend-1');
  await expect
    .poll(() => terminals.list[0])
    .toMatchObject({ state: 'failed', error: { code: 'node-not-running' } });
});
