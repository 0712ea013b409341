//  REST --method, path--> binding --path, query, body--> message --> gRPC target       answers the other way round
import { AdminProblem } from '../../lib/admin-problem.ts';
import type { TranscodeSettings } from '../../protocol/l7/transcode.ts';
import { withoutFields } from '../message.ts';
import type { Sink } from '../sink.ts';
import { kind } from './policy-kind.ts';
import type { Answer, Call, Policy } from './policy.ts';
import { bindingsOf } from './transcode/bindings.ts';
import type { Binding } from './transcode/bindings.ts';
import { grpcAnswer } from './transcode/grpc-answer.ts';
import { parseProto } from './transcode/proto.ts';
import { requestMessage } from './transcode/request-message.ts';
import { ProtoProblem } from './transcode/tokens.ts';
import { MessageProblem } from './transcode/wire.ts';

interface TranscodePolicy extends Policy {
  readonly transcoded: Record<string, number>;
}

export const transcode = kind('transcode', (settings, _services, before): Policy | null => {
  if (!settings.enabled) return null;
  const bindings = read(settings.proto);
  const counts: Record<string, number> = isTranscode(before) ? before.transcoded : { calls: 0, refused: 0 };
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  const policy: TranscodePolicy = {
    name: 'transcode',
    transcoded: counts,
    request(call) {
      const at = call.head.target.indexOf('?');
      const path = at === -1 ? call.head.target : call.head.target.slice(0, at);
      const search = at === -1 ? '' : call.head.target.slice(at);
      for (const binding of bindings) {
        if (binding.verb !== call.head.method) continue;
        const fields = binding.match(path);
        if (fields !== null) return begin(call, { binding, fields, search }, settings, count);
      }
      return null;
    },
    stats: () => ({ ...counts }),
  };
  return policy;
});

function isTranscode(policy: Policy | null): policy is TranscodePolicy {
  return policy !== null && 'transcoded' in policy;
}

function read(proto: string): readonly Binding[] {
  try {
    return bindingsOf(parseProto(proto));
  } catch (error) {
    if (error instanceof ProtoProblem)
      throw new AdminProblem('bad-request', error.message, 'transcode.proto');
    throw error;
  }
}

interface Found {
  readonly binding: Binding;
  readonly fields: readonly (readonly [string, string])[];
  readonly search: string;
}

function begin(
  call: Call,
  found: Found,
  settings: TranscodeSettings,
  count: (what: string) => void,
): Answer | null | Promise<Answer | null> {
  if (!call.hasBody) return translate(call, found, '', settings, count);
  return call.readBody(settings.messageBytes).then(({ bytes, whole }) => {
    if (!whole) return refuse(413, 'the message is too large', count);
    return translate(call, found, bytes.toString('utf8'), settings, count);
  });
}

function translate(
  call: Call,
  { binding, fields, search }: Found,
  json: string,
  { messageBytes }: TranscodeSettings,
  count: (what: string) => void,
): Answer | null {
  const { method, words } = binding;
  let message: Buffer;
  try {
    message = requestMessage(binding, fields, search, json);
  } catch (error) {
    if (!(error instanceof MessageProblem)) throw error;
    call.why('transcode', `${words}: ${error.message}`);
    return refuse(400, error.message, call.dry ? () => undefined : count);
  }
  call.why('transcode', `${words} -> ${method.path}`);
  const kept = withoutFields(call.head.fields, [
    'content-type',
    'content-length',
    'accept',
    'accept-encoding',
    'expect',
  ]);
  call.head = {
    ...call.head,
    method: 'POST',
    target: method.path,
    fields: [...kept, ['content-type', 'application/grpc'], ['grpc-accept-encoding', 'identity']],
  };
  if (call.dry) return null;
  count('calls');
  call.hasBody = true;
  call.trailers = true;
  call.wrapBody((next) => instead(next, framed(message)));
  call.wrapResponse((next) =>
    grpcAnswer(next, {
      response: method.response,
      messageBytes,
      count: (code) => count(code === 'broken' ? 'broken' : `grpc-${code}`),
    }),
  );
  return null;
}

/** One byte "not compressed", four of length (gRPC over HTTP/2). */
function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** In the place of whatever the client sent. */
function instead(next: Sink, bytes: Buffer): Sink {
  return {
    ...next,
    write: () => true,
    end() {
      next.write(bytes);
      next.end([]);
    },
  };
}

function refuse(status: number, message: string, count: (what: string) => void): Answer {
  count('refused');
  return {
    status,
    fields: [['content-type', 'application/json']],
    body: `${JSON.stringify({ code: 3, message })}\n`,
  };
}
