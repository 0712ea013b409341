import type { Socket } from 'node:net';
import { withoutHopByHop } from '../headers.ts';
import type { Field, RequestHead, ResponseHead } from '../message.ts';
import { fieldValue, fieldValues, withoutFields } from '../message.ts';
import { createBodyWriter } from './body-writer.ts';
import type { BodyFraming, BodyWriter } from './body-writer.ts';
import { lengthOf } from './framing.ts';
import { responseLines } from './writer.ts';

export interface AnswerWriter {
  informational(head: ResponseHead): void;
  /** Frames the body for this client; `close`: only the end of the connection ends it. */
  head(head: ResponseHead): 'kept' | 'close';
  write(piece: Buffer): boolean;
  /** False: shorter or longer than it said. */
  end(trailers: readonly Field[]): boolean;
  flush(): void;
  /** Known once the head is written. */
  endsByClose(): boolean;
}

/** An answer on an HTTP/1 connection. `closing` is asked when the head is written: the client is told that it is the last. */
export function answerWriter(socket: Socket, request: RequestHead, closing: () => boolean): AnswerWriter {
  let body: BodyWriter | null = null;
  let endsByClose = false;
  return {
    informational(head) {
      // An HTTP/1.0 client would take it for the answer (RFC 9110 section 15.2).
      const lines = responseLines(head);
      if (request.version === '1.1' && lines !== null) socket.write(`${lines}\r\n`, 'latin1');
    },
    head(head) {
      if (head.status === 101) {
        const upgrade = fieldValue(head.fields, 'upgrade') ?? '';
        const fields: Field[] = [
          ...withoutHopByHop(head.fields),
          ['Connection', 'Upgrade'],
          ['Upgrade', upgrade],
        ];
        body = createBodyWriter(socket, `${linesOf({ ...head, fields })}\r\n`, 'raw', 0);
        return 'kept';
      }
      const { framing, length, fields } = framed(request, head);
      endsByClose = framing === 'raw';
      const last = closing() || endsByClose;
      const keep = request.version === '1.0' ? 'Connection: keep-alive\r\n' : '';
      const text = `${linesOf({ ...head, fields })}${last ? 'Connection: close\r\n' : keep}\r\n`;
      body = createBodyWriter(socket, text, framing, length);
      return endsByClose ? 'close' : 'kept';
    },
    write: (piece) => body?.write(piece) ?? true,
    end: (trailers) => body?.end(trailers) ?? false,
    flush: () => body?.flush(),
    endsByClose: () => endsByClose,
  };
}

/** A head that a policy broke must not break the framing too. */
function linesOf(head: ResponseHead): string {
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
  const length = lengthOf(fieldValues(kept, 'content-length'));
  const bodiless = head.status === 204 || head.status === 304 || request.method === 'HEAD';
  if (head.status === 204)
    return { framing: 'none', length: 0, fields: withoutFields(kept, ['content-length']) };
  if (bodiless) return { framing: 'none', length: 0, fields: kept };
  if (typeof length === 'number') {
    const fields: Field[] = [...withoutFields(kept, ['content-length']), ['Content-Length', String(length)]];
    return { framing: 'length', length, fields };
  }
  const fields = withoutFields(kept, ['content-length']);
  if (request.version === '1.0') return { framing: 'raw', length: 0, fields };
  return { framing: 'chunked', length: 0, fields: [...fields, ['Transfer-Encoding', 'chunked']] };
}
