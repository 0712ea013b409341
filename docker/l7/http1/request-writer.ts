import type { Outgoing } from '../back.ts';
import { fieldValues } from '../message.ts';
import type { Sink } from '../sink.ts';
import type { BodyFraming } from './body-writer.ts';
import { lengthOf } from './framing.ts';
import { requestLines } from './writer.ts';

/** A request as it goes on the wire: all of its head, and how its body is framed. */
export interface Written {
  readonly text: string;
  readonly framing: BodyFraming;
  readonly length: number;
}

/** Null where its head cannot be written: a policy's mistake. `place` stands in for a host that nobody named. */
export function written(
  { head, hasBody, upgrade, trailers, suspect }: Outgoing,
  place: string,
): Written | null {
  // HTTP/1.0 lets a client name no host; towards an HTTP/1.1 target somebody must.
  const lines = requestLines(head.authority === '' ? { ...head, authority: place } : head);
  if (lines === null) return null;
  const hop = upgrade !== null || trailers || suspect ? connectionLines(upgrade, trailers, suspect) : '';
  if (upgrade !== null || !hasBody) return { text: `${lines}${hop}\r\n`, framing: 'none', length: 0 };
  const length = lengthOf(fieldValues(head.fields, 'content-length'));
  if (typeof length === 'number') return { text: `${lines}${hop}\r\n`, framing: 'length', length };
  return { text: `${lines}${hop}Transfer-Encoding: chunked\r\n\r\n`, framing: 'chunked', length: 0 };
}

/** Upgrade and TE are for one hop, so we say them anew (RFC 9110 sections 7.8 and 10.1.4). */
function connectionLines(upgrade: string | null, trailers: boolean, suspect: boolean): string {
  const options = [
    ...(upgrade === null ? [] : ['Upgrade']),
    ...(trailers ? ['TE'] : []),
    ...(suspect ? ['close'] : []),
  ];
  const wants = upgrade === null ? '' : `Upgrade: ${upgrade}\r\n`;
  return `Connection: ${options.join(', ')}\r\n${wants}${trailers ? 'TE: trailers\r\n' : ''}`;
}

/** The body of a request that has none. */
export const noBody: Sink = {
  write: () => true,
  end: () => undefined,
  abort: () => undefined,
  onDrain: () => undefined,
};
