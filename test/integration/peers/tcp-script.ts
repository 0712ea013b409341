import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { deafListener } from '../../support/deaf-listener.ts';
import { waitUntil } from '../../support/wait.ts';
import { deadPort, rawBackend } from '../../unit/docker/l4/rig.ts';
import type { StartPeer, Wishes } from './tcp-peer.ts';

/** What both ends saw, in words that name no port: equal where two proxies behave alike. */
export interface Transcript {
  readonly client: string;
  readonly backend: string;
}

export interface Script {
  readonly wishes?: Omit<Wishes, 'targets'>;
  /** A target before the backend: nobody listens there, no handshake is completed, or the first byte is answered by a reset. */
  readonly first?: 'dead' | 'deaf' | 'resets';
  readonly noBackend?: boolean;
  /** The backend is no target: the one before it is the only one. */
  readonly alone?: boolean;
  backend(socket: Socket): void;
  /** Ends when there is nothing more to see. */
  client(socket: Socket, seen: () => Transcript): Promise<void>;
}

/** Plays one client and one backend through a proxy, and writes down what each of them saw. */
export async function play(start: StartPeer, script: Script): Promise<Transcript> {
  const heard: string[] = [];
  let from = '';
  const backend = await rawBackend((socket) => {
    note(socket, heard);
    script.backend(socket);
  });
  const before = script.first === undefined ? null : await stumbling[script.first]();
  const targets = [
    ...(before === null ? [] : [before.port]),
    ...(script.alone === true ? [] : [backend.port]),
  ];
  if (script.noBackend === true) await backend.close();
  const peer = await start({ targets, ...script.wishes });
  const said: string[] = [];
  try {
    const user = connect({ port: peer.port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    note(user, said);
    user.once('connect', () => (from = String(user.localPort ?? 0)));
    const plain = (list: readonly string[]) =>
      list
        .join('')
        .replaceAll(from === '' ? 'no port yet' : from, 'CLIENT')
        .replaceAll(String(peer.port), 'FRONT');
    const seen = () => ({ client: plain(said), backend: plain(heard) });
    await script.client(user, seen);
    const transcript = seen();
    user.destroy();
    return transcript;
  } finally {
    await peer.close();
    await backend.close();
    await before?.close();
  }
}

/** The targets that something goes wrong with. */
const stumbling = {
  dead: async () => ({ port: await deadPort(), close: () => Promise.resolve() }),
  deaf: deafListener,
  resets: () => rawBackend((socket) => socket.on('data', () => socket.resetAndDestroy())),
} satisfies Record<string, () => Promise<{ readonly port: number; close(): Promise<unknown> }>>;

function note(socket: Socket, list: string[]): void {
  socket.on('data', (chunk: Buffer) => list.push(text(chunk)));
  socket.on('end', () => list.push('[FIN]'));
  socket.on('error', (error: NodeJS.ErrnoException) => list.push(`[${error.code ?? 'error'}]`));
}

/** Text as it is, a binary PROXY header in hexadecimal with its ports left out: those differ each time. */
function text(chunk: Buffer): string {
  if (chunk[0] !== 0x0d) return chunk.toString('latin1');
  return `${chunk.subarray(0, 24).toString('hex')}+ports${chunk.subarray(28).toString('latin1')}`;
}

export async function until(predicate: () => boolean): Promise<void> {
  await waitUntil(predicate, 20_000, 'the end of the script');
}
