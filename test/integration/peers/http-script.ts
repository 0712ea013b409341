import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { waitUntil } from '../../support/wait.ts';
import { deadPort, rawBackend } from '../../unit/docker/l4/rig.ts';
import { readMessage } from './http-messages.ts';
import type { Message } from './http-messages.ts';
import type { HttpWishes, StartHttpPeer } from './http-peer.ts';

/** What both ends saw, message by message, in words that no spelling or order of fields changes. */
export interface Transcript {
  readonly client: readonly string[];
  readonly backend: readonly string[];
}

export interface Asked extends Message {
  readonly method: string;
  readonly target: string;
  /** Of all requests, this is which. */
  readonly turn: number;
}

export interface HttpScript {
  readonly wishes?: Omit<HttpWishes, 'targets'>;
  /** A target before the backend on which nobody listens. */
  readonly deadFirst?: boolean;
  readonly noBackend?: boolean;
  /** Two targets, which are the same backend. */
  readonly twice?: boolean;
  /** Fields that the transcript shows, besides the body: on requests and on answers. */
  readonly show?: readonly string[];
  /** What the client says; each piece when the one before was answered by as many messages as it says. */
  readonly send: readonly (string | { readonly after: number; readonly say: string })[];
  /** Says the answer, or does what it likes with the connection. The usual one says 200 and the body it got. */
  answer?(asked: Asked, socket: Socket): string | null;
  /** What follows the first bytes of a head that promises a body, before the body is there. */
  early?(head: string, socket: Socket): string | null;
  /** After an upgrade, and only then. */
  tunnel?(bytes: string, socket: Socket): void;
  /** What is waited for; without it a last request tells whether the connection still works. */
  readonly until?: { readonly answers: number } | 'closed';
}

const last = 'GET /last HTTP/1.1\r\nHost: a\r\n\r\n';

/** Plays one client and one backend through a proxy, and writes down what each of them saw. */
export async function play(start: StartHttpPeer, script: HttpScript): Promise<Transcript> {
  const heard: string[] = [];
  let turn = 0;
  const backend = await rawBackend((socket) => {
    serve(socket, script, heard, () => (turn += 1));
  });
  const more = script.deadFirst === true ? [await deadPort()] : script.twice === true ? [backend.port] : [];
  const targets = [...more, backend.port];
  if (script.noBackend === true) await backend.close();
  const peer = await start({ targets, ...script.wishes });
  try {
    const client = await talk(peer.port, script);
    return { client, backend: [...heard] };
  } finally {
    await peer.close();
    await backend.close();
  }
}

function serve(socket: Socket, script: HttpScript, heard: string[], nextTurn: () => number): void {
  let text = '';
  let at = 0;
  let early = -1;
  let tunnel = false;
  const look = () => {
    while (!tunnel) {
      const message = readMessage(text, at, null, false);
      if (message === 'more') {
        const head = text.indexOf('\r\n\r\n', at);
        if (head === -1 || early === at || script.early === undefined) return;
        early = at;
        const said = script.early(text.slice(at, head), socket);
        if (said !== null) socket.write(said, 'latin1');
        return;
      }
      if (message === 'broken') {
        heard.push(`broken: ${JSON.stringify(text.slice(at, at + 60))}`);
        return;
      }
      at = message.next;
      const [method = '', target = ''] = message.line.split(' ');
      heard.push(inWords(`${method} ${target}`, message, script.show ?? []));
      const asked = { ...message, method, target, turn: nextTurn() };
      const said = (target === '/last' ? null : script.answer)?.(asked, socket);
      if (said === undefined) socket.write(usual(target === '/last' ? 'last' : message.body), 'latin1');
      else if (said !== null) socket.write(said, 'latin1');
      tunnel = said?.startsWith('HTTP/1.1 101') ?? false;
    }
    if (text.length > at) {
      heard.push(`tunnel ${JSON.stringify(text.slice(at))}`);
      script.tunnel?.(text.slice(at), socket);
      at = text.length;
    }
  };
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    look();
  });
  socket.on('end', () => {
    socket.end();
  });
}

async function talk(port: number, script: HttpScript): Promise<readonly string[]> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  let text = '';
  let closed = false;
  const close = () => (closed = true);
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.on('end', close).on('error', close).on('close', close);
  const said = script.send.map((piece) => (typeof piece === 'string' ? { after: 0, say: piece } : piece));
  const methods = [
    ...said
      .map(({ say }) => say)
      .join('')
      .matchAll(/^([A-Z]+) \S+ HTTP/gm),
  ].map(([, one]) => one);
  const seen = () =>
    answersIn(
      text,
      methods.map((one) => one ?? 'GET'),
      script.show ?? [],
      closed,
    );
  const isClosed = () => closed;
  const wait = (what: string, there: () => boolean) =>
    waitUntil(() => closed || there(), 20_000, `${what} (so far ${JSON.stringify(text)})`);
  for (const { after, say } of said) {
    if (after > 0) await wait(`answer ${after}`, () => seen().length >= after);
    socket.write(say, 'latin1');
  }
  const { until } = script;
  if (until === 'closed') await wait('the end', () => false);
  else if (until !== undefined) await wait('the answers', () => seen().length >= until.answers);
  else {
    await wait('an answer', () => seen().some((one) => !one.startsWith('1')));
    socket.write(last);
    await wait('the last answer', () => text.includes('last'));
  }
  const all = seen();
  socket.destroy();
  // Who was waiting for an answer has not looked whether more came.
  return isClosed() && (until === undefined || until === 'closed') ? [...all, 'closed'] : all;
}

function answersIn(
  text: string,
  methods: readonly string[],
  show: readonly string[],
  over: boolean,
): string[] {
  const words: string[] = [];
  let at = 0;
  for (let final = 0; ;) {
    const message = readMessage(text, at, methods[final] ?? 'GET', over);
    if (message === 'more')
      return over && text.length > at ? [...words, `cut ${text.slice(at + 9, at + 12)}`] : words;
    if (message === 'broken') return [...words, `broken ${text.slice(at + 9, at + 12)}`];
    const status = message.line.slice(9, 12);
    const own = Number(status) >= 400 && !message.fields.some(([name]) => name === 'x-from');
    words.push(own ? status : inWords(status, message, show));
    if (!status.startsWith('1')) final += 1;
    at = message.next;
    if (status === '101')
      return text.length > at ? [...words, `tunnel ${JSON.stringify(text.slice(at))}`] : words;
  }
}

function inWords(first: string, message: Message, show: readonly string[]): string {
  const shown = message.fields
    .filter(([name]) => show.includes(name))
    .map(([name, value]) => `${name}=${value}`);
  const body = message.framing === 'none' ? [] : [`${message.framing} ${JSON.stringify(message.body)}`];
  return [first, ...shown.sort(), ...body, ...message.trailers].join(' | ');
}

export function usual(body: string, fields = ''): string {
  return `HTTP/1.1 200 OK\r\nX-From: b\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`;
}
