import { describe, expect, it } from 'vitest';
import { haproxy, missing, nginx, ours } from './tcp-peer.ts';
import { play, until } from './tcp-script.ts';
import type { Script, Transcript } from './tcp-script.ts';

/**
 * One client and one backend, played through our forwarder, HAProxy (TCP mode) and NGINX (stream). What both ends saw is
 * the same through all three, or differs in the way that is written down here, with the reason.
 */
const scripts = {
  'half-close by the client': {
    backend(socket) {
      let asked = '';
      socket.on('data', (chunk) => (asked += String(chunk)));
      socket.on('end', () => socket.end(`you said ${asked}`));
    },
    async client(socket, seen) {
      socket.end('hello');
      await until(() => seen().client.includes('[FIN]'));
    },
  },
  'half-close by the backend': {
    backend(socket) {
      socket.end('bye');
    },
    async client(socket, seen) {
      await until(() => seen().client.includes('[FIN]'));
      socket.write('still here');
      await until(() => seen().backend.includes('still here'));
      socket.end();
      await until(() => seen().backend.includes('[FIN]'));
    },
  },
  'reset by the backend': {
    backend(socket) {
      socket.on('data', () => socket.resetAndDestroy());
    },
    async client(socket, seen) {
      socket.write('x');
      await until(() => seen().client.includes('['));
    },
  },
  'reset by the client': {
    backend(socket) {
      socket.on('data', (chunk) => socket.write(chunk));
    },
    async client(socket, seen) {
      socket.write('x');
      await until(() => seen().client === 'x');
      socket.resetAndDestroy();
      await until(() => seen().backend.includes('['));
    },
  },
  refused: {
    noBackend: true,
    backend: () => undefined,
    async client(_, seen) {
      await until(() => seen().client.includes('['));
    },
  },
  'refused, and another one is there': {
    first: 'dead',
    backend(socket) {
      socket.on('data', (chunk) => socket.write(chunk));
    },
    async client(socket, seen) {
      socket.write('early');
      await until(() => seen().client === 'early');
    },
  },
  'no handshake, and another one is there': {
    first: 'deaf',
    wishes: { connectMs: 400 },
    backend(socket) {
      socket.on('data', (chunk) => socket.write(chunk));
    },
    async client(socket, seen) {
      socket.write('early');
      await until(() => seen().client === 'early');
    },
  },
  'no handshake anywhere': {
    first: 'deaf',
    alone: true,
    wishes: { connectMs: 400 },
    backend: () => undefined,
    async client(_, seen) {
      await until(() => seen().client.includes('['));
    },
  },
  'reset after the first byte': {
    first: 'resets',
    // It would be glad to help: what has been sent to one target is not sent to another.
    backend(socket) {
      socket.on('data', (chunk) => socket.write(chunk));
    },
    async client(socket, seen) {
      socket.write('once');
      await until(() => seen().client.includes('['));
    },
  },
  'one way alone is no silence': {
    wishes: { idleMs: 1500 },
    backend(socket) {
      let ticks = 0;
      const timer = setInterval(() => {
        socket.write('.');
        ticks += 1;
        if (ticks < 10) return;
        clearInterval(timer);
        socket.end();
      }, 300);
      socket.on('close', () => clearInterval(timer));
    },
    async client(_, seen) {
      await until(() => seen().client.includes('['));
    },
  },
  idle: {
    wishes: { idleMs: 400 },
    backend: () => undefined,
    async client(_, seen) {
      await until(() => seen().client.includes('[') && seen().backend.includes('['));
    },
  },
  'PROXY v1 sent': {
    wishes: { send: 'v1' },
    backend: () => undefined,
    async client(socket, seen) {
      socket.write('hello');
      await until(() => seen().backend.includes('hello'));
    },
  },
  'PROXY v2 sent': {
    wishes: { send: 'v2' },
    backend: () => undefined,
    async client(socket, seen) {
      socket.write('hello');
      await until(() => seen().backend.includes('hello'));
    },
  },
  'PROXY accepted and passed on': {
    wishes: { accept: true, send: 'v1' },
    backend: () => undefined,
    async client(socket, seen) {
      socket.write('PROXY TCP4 203.0.113.9 198.51.100.1 4001 4430\r\nhello');
      await until(() => seen().backend.includes('hello'));
    },
  },
  'PROXY expected and not sent': {
    wishes: { accept: true },
    backend: () => undefined,
    async client(socket, seen) {
      socket.write('GET / HTTP/1.1\r\n\r\n');
      await until(() => seen().client.includes('['));
    },
  },
} satisfies Record<string, Script>;

type Name = keyof typeof scripts;
type Peer = 'haproxy' | 'nginx';

const clientPort = 'PROXY TCP4 127.0.0.1 127.0.0.1 CLIENT FRONT\r\nhello';

/** Through ours, and through every peer that `differences` does not name. */
const expected: Readonly<Record<Name, Transcript>> = {
  'half-close by the client': { client: 'you said hello[FIN]', backend: 'hello[FIN]' },
  'half-close by the backend': { client: 'bye[FIN]', backend: 'still here[FIN]' },
  'reset by the backend': { client: '[ECONNRESET]', backend: 'x' },
  'reset by the client': { client: 'x', backend: 'x[ECONNRESET]' },
  refused: { client: '[ECONNRESET]', backend: '' },
  'refused, and another one is there': { client: 'early', backend: 'early' },
  'no handshake, and another one is there': { client: 'early', backend: 'early' },
  'no handshake anywhere': { client: '[ECONNRESET]', backend: '' },
  'reset after the first byte': { client: '[ECONNRESET]', backend: '' },
  'one way alone is no silence': { client: '..........[FIN]', backend: '' },
  idle: { client: '[FIN]', backend: '[FIN]' },
  'PROXY v1 sent': { client: '', backend: clientPort },
  'PROXY v2 sent': {
    client: '',
    backend: '0d0a0d0a000d0a515549540a2111000c7f0000017f000001+portshello',
  },
  'PROXY accepted and passed on': {
    client: '',
    backend: 'PROXY TCP4 203.0.113.9 198.51.100.1 4001 4430\r\nhello',
  },
  'PROXY expected and not sent': { client: '[ECONNRESET]', backend: '' },
};

/**
 * Ours behaves towards a reset as NLB does, which forwards the segment itself: RST stays RST, both ways, and a target that
 * cannot be had is a reset. A proxy that has accepted may say so more politely.
 */
const differences: Readonly<Record<Peer, Partial<Record<Name, Transcript | { readonly skip: string }>>>> = {
  haproxy: {
    'reset by the backend': { client: '[FIN]', backend: 'x' },
    refused: { client: '[FIN]', backend: '' },
    'no handshake anywhere': { client: '[FIN]', backend: '' },
    'reset after the first byte': { client: '[FIN]', backend: '' },
  },
  nginx: {
    'reset by the backend': { client: '[FIN]', backend: 'x' },
    'reset by the client': { client: 'x', backend: 'x[FIN]' },
    refused: { client: '[FIN]', backend: '' },
    'no handshake anywhere': { client: '[FIN]', backend: '' },
    'reset after the first byte': { client: '[FIN]', backend: '' },
    'PROXY v2 sent': { skip: 'NGINX sends version 1 only' },
    // Without set_real_ip_from nobody is trusted: it reads the header, and states the socket's own addresses.
    'PROXY accepted and passed on': { client: '', backend: clientPort },
  },
};

const names = Object.keys(scripts) as Name[];

describe('TCP through our forwarder', () => {
  it.each(names)('%s', async (name) => {
    expect(await play(ours, scripts[name])).toEqual(expected[name]);
  });
});

describe.each([
  ['haproxy', haproxy],
  ['nginx', nginx],
] as const)('the same through %s', (peer, start) => {
  const named = differences[peer];
  const why = missing[peer];
  if (why !== null) it.skip(`cannot be run here: ${why}`, () => undefined);
  for (const name of names) {
    const difference = named[name];
    if (difference !== undefined && 'skip' in difference) continue;
    const title = difference === undefined ? name : `${name}: differs, as stated`;
    it.skipIf(why !== null)(title, async () => {
      expect(await play(start, scripts[name])).toEqual(difference ?? expected[name]);
    });
  }
});
