import { createHash } from 'node:crypto';
import type { Outgoing } from '../back.ts';
import { withoutHopByHop } from '../headers.ts';
import type { Field, ResponseHead } from '../message.ts';
import { fieldValue, isNamed, withoutFields } from '../message.ts';
import { breaksLine, fieldsToSend } from './fields-to-send.ts';
import type { OutFields } from './frame-writer.ts';

/** Where a request goes, as it must be said of it. */
export interface Place {
  readonly scheme: 'http' | 'https';
  /** In place of a host that nobody named. */
  readonly authority: string;
}

const trailersWanted: Field = ['te', 'trailers'];
const handshake = ['host', 'sec-websocket-key'];

/** With its pseudo fields first (RFC 9113 section 8.3.1); null: it cannot be said so, which is a policy's mistake. */
export function requestToSend(outgoing: Outgoing, place: Place, tunnel: boolean): OutFields | null {
  const { head, trailers } = outgoing;
  const authority = head.authority === '' ? place.authority : head.authority;
  if (breaksLine.test(head.target) || breaksLine.test(authority) || head.target === '') return null;
  const ends = withoutHopByHop(head.fields);
  const fields = fieldsToSend(null, tunnel ? withoutFields(ends, handshake) : withoutFields(ends, ['host']));
  if (fields === null) return null;
  return [
    [':method', tunnel ? 'CONNECT' : head.method],
    ...(tunnel ? websocket : none),
    [':scheme', place.scheme],
    [':authority', authority],
    [':path', head.target],
    ...fields,
    ...(trailers ? [trailersWanted] : none),
  ];
}

const none: readonly Field[] = [];
/** RFC 8441 section 4. */
const websocket: readonly Field[] = [[':protocol', 'websocket']];

/** The 200 that opens a tunnel, as HTTP/1 says it: with the answer to the key (RFC 6455 section 4.2.2), which no target was told. */
export function switched(outgoing: Outgoing, { fields }: ResponseHead): ResponseHead {
  const key = fieldValue(outgoing.head.fields, 'sec-websocket-key') ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return {
    status: 101,
    fields: [
      ...fields.filter(([name]) => !isNamed(name, 'content-length')),
      ['Upgrade', 'websocket'],
      ['Sec-WebSocket-Accept', accept],
    ],
  };
}
