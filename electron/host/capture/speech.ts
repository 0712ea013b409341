import type { Conversation, Side } from './conversation.ts';
import { Framing } from './framing.ts';
import { headerOf, readHttpHead } from './decode/http1.ts';
import type { HttpHead } from './decode/http1.ts';
import { http2HeaderBytes, http2Preface, http2Words, readHttp2Frame } from './decode/http2.ts';
import { readProxyHeader } from './decode/proxy-header.ts';
import { readClientHello, readTlsRecord, tlsWords } from './decode/tls.ts';

/** What a segment's payload says, by the protocol that the connection's first bytes have shown. */
export interface Speech {
  /** By the OSI model: 6 for what TLS says, 7 for an application, 4 for bytes that nothing here can read. */
  readonly layer: 4 | 6 | 7;
  readonly protocol: 'TCP' | 'TLS' | 'HTTP' | 'HTTP/2' | 'PROXY';
  readonly text: string;
  /** Marks that are the same on every connection that carries this on. */
  readonly requestId: string | null;
  readonly helloRandom: string | null;
}

export interface Spoken {
  readonly conversation: Conversation;
  readonly by: 'client' | 'server';
  readonly seq: number;
  readonly payload: Buffer;
  readonly length: number;
}

const mostUnitsSaid = 4;
const keptFirst = 512;
const tls = { headerBytes: 5, read: readTlsRecord, tellable: true };
const http2 = { headerBytes: http2HeaderBytes, read: readHttp2Frame, tellable: false };
const unmarked = { requestId: null, helloRandom: null };

export function speech(spoken: Spoken): Speech {
  const { conversation, by, payload } = spoken;
  const side = conversation.sides[by];
  const proxy = side.first === null && by === 'client' ? readProxyHeader(payload, 0) : null;
  if (proxy !== null) {
    const rest = payload.subarray(proxy.length);
    const said = proxy.local ? 'the proxy itself' : `${proxy.source ?? '?'} to ${proxy.destination ?? '?'}`;
    const head = `PROXY v${proxy.version}: ${said}`;
    if (rest.length === 0) return { layer: 7, protocol: 'PROXY', text: head, ...unmarked };
    const seq = (spoken.seq + proxy.length) >>> 0;
    const after = carried({ ...spoken, seq, payload: rest, length: spoken.length - proxy.length }, side);
    return { ...after, text: `${head}, then ${after.text}` };
  }
  return carried(spoken, side);
}

function carried(spoken: Spoken, side: Side): Speech {
  const { conversation, payload } = spoken;
  if (side.first === null) {
    side.first = Buffer.from(payload.subarray(0, keptFirst));
    if (conversation.talk === 'unknown') conversation.talk = talkOf(payload);
  }
  switch (conversation.talk) {
    case 'tls':
      return tlsSpeech(spoken, side);
    case 'http2':
      return http2Speech(spoken, side);
    case 'http':
      return httpSpeech(spoken);
    default:
      return plain(spoken.length);
  }
}

function talkOf(payload: Buffer): Conversation['talk'] {
  if (payload.subarray(0, http2Preface.length).equals(http2Preface)) return 'http2';
  if (readTlsRecord(payload, 0) !== null) return 'tls';
  return readHttpHead(payload, 0) === null ? 'other' : 'http';
}

function plain(length: number): Speech {
  return { layer: 4, protocol: 'TCP', text: `${bytes(length)} of data`, ...unmarked };
}

function tlsSpeech({ seq, payload, length }: Spoken, side: Side): Speech {
  side.tls ??= new Framing(tls);
  const records = side.tls.feed(seq, payload, length);
  const common = { layer: 6, protocol: 'TLS', requestId: null } as const;
  if (records === null || records.length === 0)
    return { ...common, text: `${bytes(length)}, a record that goes on`, helloRandom: null };
  const hello = records[0]?.handshake === 1 ? readClientHello(payload, 0) : null;
  const name = hello?.serverName == null ? '' : ` for ${hello.serverName}`;
  return {
    ...common,
    text: `${counted(records.map(tlsWords))}${name}`,
    helloRandom: hello?.random ?? null,
  };
}

function http2Speech({ seq, payload, length }: Spoken, side: Side): Speech {
  side.http2 ??= new Framing(http2);
  const prefaced = payload.subarray(0, http2Preface.length).equals(http2Preface);
  const skip = prefaced ? http2Preface.length : 0;
  const frames = side.http2.feed((seq + skip) >>> 0, payload.subarray(skip), length - skip);
  const common = { layer: 7, protocol: 'HTTP/2', ...unmarked } as const;
  if (frames === null) return { ...common, text: `${bytes(length)}, frames not told apart` };
  const words = frames.map(http2Words);
  const said = [...(prefaced ? ['preface'] : []), ...(words.length === 0 ? [] : [counted(words)])].join('; ');
  return { ...common, text: said === '' ? `${bytes(length)}, a frame that goes on` : said };
}

function httpSpeech({ payload, length }: Spoken): Speech {
  const head = readHttpHead(payload, 0);
  const common = { layer: 7, protocol: 'HTTP', helloRandom: null } as const;
  if (head === null)
    return { ...common, text: `${bytes(length)} of a message that goes on`, requestId: null };
  return { ...common, text: headWords(head), requestId: headerOf(head, 'x-request-id') };
}

export function headWords(head: HttpHead): string {
  return head.kind === 'request' ? `${head.method} ${head.target}` : `${head.status} ${head.reason}`.trim();
}

/** "application data, application data" reads as "application data x 2"; a long list is cut, with its length. */
function counted(words: readonly string[]): string {
  const runs: { word: string; times: number }[] = [];
  for (const word of words) {
    const last = runs.at(-1);
    if (last?.word === word) last.times++;
    else runs.push({ word, times: 1 });
  }
  const said = runs
    .slice(0, mostUnitsSaid)
    .map(({ word, times }) => (times === 1 ? word : `${word} x ${times}`));
  const more = runs.length - said.length;
  return more > 0 ? `${said.join('; ')}; and ${more} more` : said.join('; ');
}

function bytes(count: number): string {
  return count === 1 ? '1 byte' : `${count.toLocaleString('en-GB')} bytes`;
}
