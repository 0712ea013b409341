//  gRPC: head, frames, trailers --held--> one message | a status --> head and JSON for the client
import { fieldValue, withoutFields } from '../../message.ts';
import type { Field, ResponseHead } from '../../message.ts';
import type { ResponseSink } from '../../sink.ts';
import { httpStatusOf, readMessage } from './grpc-status.ts';
import type { Message } from './proto.ts';
import { decodeMessage } from './wire.ts';

export interface AnswerRules {
  readonly response: Message;
  readonly messageBytes: number;
  count(code: number | 'broken'): void;
}

const prefixBytes = 5;

/** An answer that is not gRPC (the proxy's own 503, another server's page) passes as it is. */
export function grpcAnswer(next: ResponseSink, rules: AnswerRules): ResponseSink {
  let head: ResponseHead | null = null;
  let chunks: Buffer[] = [];
  let bytes = 0;

  const give = (status: number, body: object) => {
    if (head === null) return;
    const content = Buffer.from(`${JSON.stringify(body)}\n`);
    const fields: readonly Field[] = [
      ...withoutFields(head.fields, own),
      ['content-type', 'application/json'],
      ['content-length', String(content.length)],
    ];
    head = null;
    next.head({ status, fields });
    next.write(content);
    next.end([]);
  };
  const broken = (message: string) => {
    rules.count('broken');
    give(502, { code: 13, message });
  };

  const finish = (trailers: readonly Field[]) => {
    if (head === null) return;
    const told = (name: string) => fieldValue(trailers, name) ?? fieldValue(head?.fields ?? [], name);
    const code = Number(told('grpc-status') ?? NaN);
    if (!Number.isInteger(code)) {
      broken('the target gave no grpc-status');
    } else if (code !== 0) {
      rules.count(code);
      give(httpStatusOf(code), { code, message: readMessage(told('grpc-message')) });
    } else {
      const all = Buffer.concat(chunks);
      if (all.length < prefixBytes || all.readUInt32BE(1) !== all.length - prefixBytes || all[0] !== 0) {
        broken('the target did not give one plain message');
        return;
      }
      try {
        const value = decodeMessage(rules.response, all.subarray(prefixBytes));
        rules.count(0);
        give(200, value);
      } catch (error) {
        broken(error instanceof Error ? error.message : 'not a message');
      }
    }
  };

  return {
    ...next,
    head(received) {
      const type = fieldValue(received.fields, 'content-type') ?? '';
      if (type.startsWith('application/grpc')) head = received;
      else next.head(received);
    },
    write(chunk) {
      if (head === null) return next.write(chunk);
      bytes += chunk.length;
      if (bytes <= rules.messageBytes + prefixBytes) chunks.push(chunk);
      else chunks = [];
      return true;
    },
    end(trailers) {
      if (head === null) next.end(trailers);
      else finish(trailers);
    },
    abort() {
      if (head === null) next.abort();
      else broken('the target broke off');
    },
  };
}

const own = [
  'content-type',
  'content-length',
  'grpc-status',
  'grpc-message',
  'grpc-encoding',
  'grpc-accept-encoding',
  'trailer',
];
