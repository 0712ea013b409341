import type { Socket } from 'node:net';
import { withoutHopByHop } from '../headers.ts';
import type { Field, RequestHead, ResponseHead } from '../message.ts';
import { fieldValue, fieldValues, withoutFields } from '../message.ts';
import { BodyWriter } from './body-writer.ts';
import type { BodyFraming } from './body-writer.ts';
import { lengthOf } from './framing.ts';
import { responseLines } from './writer.ts';

/** An answer on an HTTP/1 connection. */
export class AnswerWriter {
  /** Only the end of the connection ends it. Known once the head is written. */
  endsByClose = false;
  private readonly socket: Socket;
  private readonly request: RequestHead;
  private body: BodyWriter | null = null;

  constructor(socket: Socket, request: RequestHead) {
    this.socket = socket;
    this.request = request;
  }

  informational(head: ResponseHead): void {
    // An HTTP/1.0 client would take it for the answer (RFC 9110 section 15.2).
    const lines = responseLines(head);
    if (this.request.version === '1.1' && lines !== null) this.socket.write(`${lines}\r\n`, 'latin1');
  }

  /** Frames the body for this client; `closing`: the client is told that it is the last answer. */
  head(head: ResponseHead, closing: boolean): void {
    if (head.status === 101) {
      const upgrade = fieldValue(head.fields, 'upgrade') ?? '';
      const fields: Field[] = [
        ...withoutHopByHop(head.fields),
        ['Connection', 'Upgrade'],
        ['Upgrade', upgrade],
      ];
      this.begin(`${linesOf(head, fields)}\r\n`, 'raw', 0);
      return;
    }
    const { framing, length, fields } = framed(this.request, head);
    this.endsByClose = framing === 'raw';
    const keep = this.request.version === '1.0' ? 'Connection: keep-alive\r\n' : '';
    const last = closing || this.endsByClose;
    this.begin(`${linesOf(head, fields)}${last ? 'Connection: close\r\n' : keep}\r\n`, framing, length);
  }

  write(piece: Buffer): boolean {
    return this.body?.write(piece) ?? true;
  }

  /** False: shorter or longer than it said. */
  end(trailers: readonly Field[]): boolean {
    return this.body?.end(trailers) ?? false;
  }

  flush(): void {
    this.body?.flush();
  }

  private begin(text: string, framing: BodyFraming, length: number): void {
    this.body = new BodyWriter(this.socket, text, framing, length);
  }
}

/** A head that a policy broke must not break the framing too. */
function linesOf({ status, reason }: ResponseHead, fields: readonly Field[]): string {
  const head = reason === undefined ? { status, fields } : { status, reason, fields };
  return responseLines(head) ?? 'HTTP/1.1 500 Internal Server Error\r\n';
}

interface Framed {
  readonly framing: BodyFraming;
  readonly length: number;
  readonly fields: readonly Field[];
}

/** RFC 9112 section 6: how long the body is, as this client can understand it. */
function framed(request: RequestHead, head: ResponseHead): Framed {
  const kept = withoutHopByHop(head.fields);
  const lengths = fieldValues(kept, 'content-length');
  const length = lengthOf(lengths);
  const bodiless = head.status === 204 || head.status === 304 || request.method === 'HEAD';
  if (head.status === 204)
    return { framing: 'none', length: 0, fields: withoutFields(kept, ['content-length']) };
  if (bodiless) return { framing: 'none', length: 0, fields: kept };
  if (typeof length === 'number') {
    if (lengths.length === 1 && lengths[0] === String(length))
      return { framing: 'length', length, fields: kept };
    const fields: Field[] = [...withoutFields(kept, ['content-length']), ['Content-Length', String(length)]];
    return { framing: 'length', length, fields };
  }
  const fields = withoutFields(kept, ['content-length']);
  if (request.version === '1.0') return { framing: 'raw', length: 0, fields };
  return { framing: 'chunked', length: 0, fields: [...fields, ['Transfer-Encoding', 'chunked']] };
}
