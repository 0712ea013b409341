import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlindspotError } from '../../../../electron/contract/errors.ts';
import type { Channel, Message } from '../../../../electron/rpc/channel.ts';
import { client } from '../../../../electron/rpc/client.ts';
import type { Client } from '../../../../electron/rpc/client.ts';
import type { Host } from '../../../../electron/contract/requests.ts';
import { smallHost } from '../../../support/small-host.ts';
import type { SmallHost } from '../../../support/small-host.ts';
import { waitUntil } from '../../../support/wait.ts';

/** One way from a window to a host, as the suite needs it. */
export interface Way {
  /** A window's end of a new channel, whose other end serves the host. */
  readonly connect: () => Promise<Channel>;
  /** Sends what a broken or hostile window would send; absent where the transport cannot carry it. */
  readonly connectRaw: () => Promise<{ readonly channel: Channel; readonly send: (wire: unknown) => void }>;
  /** The host's side goes away. */
  readonly drop: () => void;
  readonly stop: () => Promise<void>;
}

/** What every channel promises. In memory, over a WebSocket and over Electron's IPC, the same tests pass. */
export function conforms(name: string, open: (host: Host) => Promise<Way>): void {
  describe(`channel: ${name}`, () => {
    let host: SmallHost;
    let way: Way;
    beforeEach(async () => {
      host = smallHost();
      way = await open(host);
    });
    afterEach(() => way.stop());

    const connected = async (): Promise<Client> => client(await way.connect());

    it('answers a call', async () => {
      const window = await connected();
      expect(await window.call('catalogue.list', {})).toEqual({ labs: [], problems: [] });
      expect(host.calls).toEqual([{ name: 'catalogue.list', params: {} }]);
    });

    it('answers calls that overlap, each with its own answer', async () => {
      const window = await connected();
      const refused = failure(window.call('lab.document', { lab: 'a' }));
      const listed = window.call('catalogue.list', {});
      expect((await refused).message).toBe('No lab is called "a".');
      expect(await listed).toEqual({ labs: [], problems: [] });
    });

    it('keeps code, message, next step and place of an error', async () => {
      const window = await connected();
      const error = await failure(window.call('lab.document', { lab: 'nowhere' }));
      expect(error).toMatchObject({
        code: 'not-found',
        message: 'No lab is called "nowhere".',
        next: 'Look at the catalogue.',
        where: 'lab',
      });
    });

    it('turns what is not ours into an internal error with its own message', async () => {
      const window = await connected();
      const error = await failure(window.call('app.doctor', {}));
      expect(error).toMatchObject({ code: 'internal', message: 'something unforeseen' });
    });

    it('refuses a name that the contract does not have, inherited ones included', async () => {
      const window = await connected();
      for (const unknown of ['lab.explode', 'constructor', '__proto__', '']) {
        const error = await failure(window.call(unknown as 'app.refresh', {}));
        expect(error.code).toBe('unknown-request');
      }
      expect(host.calls).toEqual([]);
    });

    it('refuses parameters that do not fit and names the field', async () => {
      const window = await connected();
      const missing = await failure(window.call('lab.document', {} as { lab: string }));
      expect(missing).toMatchObject({ code: 'bad-request', where: 'lab' });
      const extra = await failure(
        window.call('app.refresh', { more: 1 } as unknown as Record<string, never>),
      );
      expect(extra.code).toBe('bad-request');
      expect(host.calls).toEqual([]);
    });

    it('drops what is no message and lives on', async () => {
      const { channel, send } = await way.connectRaw();
      const window = client(channel);
      const broken: readonly unknown[] = [
        'not json',
        'null',
        '[]',
        '{"k":"nothing"}',
        '{"k":"call","id":"1","name":"app.refresh"}',
        '{"k":"sub","topic":7,"key":""}',
        '{"k":"constructor"}',
        '',
      ];
      for (const wire of broken) send(wire);
      expect(await window.call('catalogue.list', {})).toEqual({ labs: [], problems: [] });
      expect(host.calls).toHaveLength(1);
    });

    it('gives a new subscriber the present value, and the next ones whole', async () => {
      host.publish('ledger', { at: 1 });
      const window = await connected();
      const seen: unknown[] = [];
      window.subscribe('ledger', (value) => void seen.push(value));
      await waitUntil(() => seen.length === 1);
      host.publish('ledger', { at: 2 });
      await waitUntil(() => seen.length === 2);
      expect(seen).toEqual([{ at: 1 }, { at: 2 }]);
    });

    it('shares one subscription among listeners and ends it with the last', async () => {
      const window = await connected();
      host.publish('ledger', { at: 1 });
      const first: unknown[] = [];
      const second: unknown[] = [];
      const endFirst = window.subscribe('ledger', (value) => void first.push(value));
      await waitUntil(() => first.length === 1);
      const endSecond = window.subscribe('ledger', (value) => void second.push(value));
      expect(second).toEqual([{ at: 1 }]);
      expect(host.listeners('ledger')).toBe(1);
      endFirst();
      endSecond();
      await waitUntil(() => host.listeners('ledger') === 0);
    });

    it('keeps the keys of one topic apart', async () => {
      const window = await connected();
      const one: unknown[] = [];
      const two: unknown[] = [];
      window.subscribe('logs', (value) => void one.push(value), 'backend-1');
      window.subscribe('logs', (value) => void two.push(value), 'backend-2');
      await waitUntil(() => host.listeners('logs', 'backend-2') === 1);
      host.publish('logs', { lines: [] }, 'backend-2');
      await waitUntil(() => two.length === 1);
      expect(one).toEqual([]);
    });

    it('survives a topic that does not exist and a key that the host refuses', async () => {
      const window = await connected();
      window.subscribe('nonsense' as 'ledger', () => undefined);
      window.subscribe('logs', () => undefined, '');
      expect(await window.call('catalogue.list', {})).toEqual({ labs: [], problems: [] });
    });

    it('gives a slow reader the newest value and no queue', async () => {
      const { channel, send } = await way.connectRaw();
      const seen = topicValues(channel);
      send(JSON.stringify({ k: 'sub', topic: 'ledger', key: '' }));
      await waitUntil(() => host.listeners('ledger') === 1);
      for (let at = 1; at <= 1000; at += 1) host.publish('ledger', { at });
      await settled(channel, send);
      expect(seen).toEqual([{ at: 1 }]);
      send(JSON.stringify({ k: 'ready', topic: 'ledger', key: '' }));
      await waitUntil(() => seen.length === 2);
      expect(seen).toEqual([{ at: 1 }, { at: 1000 }]);
    });

    it('goes on with a topic whose listener threw', async () => {
      const { channel, send } = await way.connectRaw();
      const window = client(swallowing(channel));
      const seen: unknown[] = [];
      window.subscribe('ledger', (value) => {
        seen.push(value);
        throw new Error('a view is broken');
      });
      await waitUntil(() => host.listeners('ledger') === 1);
      host.publish('ledger', { at: 1 });
      await waitUntil(() => seen.length === 1);
      await settled(channel, send);
      host.publish('ledger', { at: 2 });
      await waitUntil(() => seen.length === 2);
    });

    it('carries a terminal both ways, in order, with its size and its end', async () => {
      const window = await connected();
      const { stream } = await window.call('terminal.open', { node: 'a', cols: 80, rows: 24 });
      const terminal = host.terminals[0];
      if (terminal === undefined) throw new Error('no terminal was opened');
      terminal.say('early ');
      const end = window.stream(stream);
      const text: string[] = [];
      const reasons: string[] = [];
      end.onText((piece) => void text.push(piece));
      end.onEnd((reason) => void reasons.push(reason));
      for (let i = 0; i < 200; i += 1) terminal.say(`${i} `);
      end.write('ls\r');
      end.write('\u00e9\ud83d\ude00');
      await window.call('terminal.resize', { stream, cols: 100, rows: 30 });
      await waitUntil(() => terminal.written.length === 2);
      expect(terminal.written.join('')).toBe('ls\r\u00e9\ud83d\ude00');
      expect(terminal.state.size).toBe('100x30');
      terminal.exit('the shell has ended');
      await waitUntil(() => reasons.length === 1);
      expect(text.join('')).toBe(`early ${Array.from({ length: 200 }, (_, i) => `${i} `).join('')}`);
      expect(reasons).toEqual(['the shell has ended']);
    });

    it('brakes a terminal whose reader falls behind, and releases it', async () => {
      const window = await connected();
      const { stream } = await window.call('terminal.open', { node: 'a', cols: 80, rows: 24 });
      const terminal = host.terminals[0];
      if (terminal === undefined) throw new Error('no terminal was opened');
      const end = window.stream(stream);
      let arrived = 0;
      end.onText((piece) => (arrived += piece.length));
      let said = 0;
      for (; !terminal.state.paused && said < 4096; said += 1) terminal.say('x'.repeat(1024));
      expect(said * 1024).toBeLessThan(300 * 1024);
      await waitUntil(() => arrived === said * 1024);
      expect(terminal.state.paused).toBe(true);
      end.taken(arrived);
      await waitUntil(() => !terminal.state.paused);
    });

    it('closes a terminal from the window, and hears no more of it', async () => {
      const window = await connected();
      const { stream } = await window.call('terminal.open', { node: 'a', cols: 80, rows: 24 });
      const terminal = host.terminals[0];
      if (terminal === undefined) throw new Error('no terminal was opened');
      const end = window.stream(stream);
      let arrived = '';
      end.onText((piece) => (arrived += piece));
      end.close();
      await waitUntil(() => terminal.state.closed);
      terminal.say('too late');
      await window.call('catalogue.list', {});
      expect(arrived).toBe('');
    });

    it('ends subscriptions and terminals when the window goes', async () => {
      const channel = await way.connect();
      const window = client(channel);
      window.subscribe('ledger', () => undefined);
      await window.call('terminal.open', { node: 'a', cols: 80, rows: 24 });
      await waitUntil(() => host.listeners('ledger') === 1);
      window.close();
      await waitUntil(() => host.listeners('ledger') === 0 && host.terminals[0]?.state.closed === true);
      expect(host.disposed).toBe(false);
    });

    it('closes a terminal that was still being opened when the window went', async () => {
      let go: () => void = () => undefined;
      host.gate = new Promise((resolve) => (go = resolve));
      const window = await connected();
      const opening = failure(window.call('terminal.open', { node: 'a', cols: 80, rows: 24 }));
      window.subscribe('ledger', () => undefined);
      await waitUntil(() => host.listeners('ledger') === 1);
      window.close();
      expect((await opening).code).toBe('channel-closed');
      await waitUntil(() => host.listeners('ledger') === 0);
      go();
      await waitUntil(() => host.terminals[0]?.state.closed === true);
    });

    it('fails what is under way, and what comes after, when the host goes', async () => {
      const window = await connected();
      let closings = 0;
      window.onClose(() => (closings += 1));
      const { stream } = await window.call('terminal.open', { node: 'a', cols: 80, rows: 24 });
      const ends: string[] = [];
      window.stream(stream).onEnd((reason) => void ends.push(reason));
      const hanging = failure(window.call('work.cancel', { work: 'w' }));
      await waitUntil(() => host.calls.some((call) => call.name === 'work.cancel'));
      way.drop();
      expect((await hanging).code).toBe('channel-closed');
      expect((await failure(window.call('catalogue.list', {}))).code).toBe('channel-closed');
      expect(ends).toHaveLength(1);
      expect(closings).toBe(1);
    });

    it('keeps two windows apart', async () => {
      const one = await connected();
      const two = await connected();
      const seenByOne: string[] = [];
      const { stream } = await two.call('terminal.open', { node: 'a', cols: 80, rows: 24 });
      one.stream(stream).onText((text) => void seenByOne.push(text));
      host.terminals[0]?.say('for two');
      one.stream(stream).write('from one');
      await one.call('catalogue.list', {});
      await two.call('catalogue.list', {});
      expect(seenByOne).toEqual([]);
      expect(host.terminals[0]?.written).toEqual([]);
      one.close();
      expect(await two.call('catalogue.list', {})).toEqual({ labs: [], problems: [] });
    });
  });
}

async function failure(promise: Promise<unknown>): Promise<BlindspotError> {
  const thrown: unknown = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  if (thrown instanceof BlindspotError) return thrown;
  throw new Error('it should have failed with an error of ours');
}

function topicValues(channel: Channel): unknown[] {
  const seen: unknown[] = [];
  channel.on((message) => {
    if (message.k === 'topic') seen.push(message.value);
  });
  return seen;
}

/** A call's answer has come: everything that the host sent before it has come too. */
async function settled(channel: Channel, send: (wire: unknown) => void): Promise<void> {
  const answered = new Promise<void>((resolve) => {
    channel.on((message) => {
      if (message.k === 'ok' && message.id === 999_999) resolve();
    });
  });
  send(JSON.stringify({ k: 'call', id: 999_999, name: 'catalogue.list', params: {} }));
  await answered;
}

/** The same channel for a listener that throws, as a browser's event loop would have it: the error goes elsewhere. */
function swallowing(channel: Channel): Channel {
  return {
    ...channel,
    on: (listener: (message: Message) => void) => {
      channel.on((message) => {
        try {
          listener(message);
        } catch {
          // Reported to the console in a real window.
        }
      });
    },
  };
}
