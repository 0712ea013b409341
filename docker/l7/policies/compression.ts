//  call --Accept-Encoding--> [chosen] ... answer --> may it be? --> [encoder] --> client
import type { CompressionStats } from '../../protocol/l7/policy-stats.ts';
import type { CompressionSettings, Encoding } from '../../protocol/l7/compression.ts';
import { fieldValue } from '../message.ts';
import type { ResponseHead } from '../message.ts';
import type { ResponseSink, Sink } from '../sink.ts';
import { chooseEncoding } from './compression/accept-encoding.ts';
import { compressedHead, varied } from './compression/compressed-head.ts';
import { whyNot } from './compression/eligible.ts';
import { createEncoder } from './compression/encoder.ts';
import { kind } from './policy-kind.ts';
import type { Call, Policy } from './policy.ts';

type Counts = Record<keyof CompressionStats, number>;

interface CompressionPolicy extends Policy {
  readonly compressionCounts: Counts;
}

export const compression = kind('compression', (settings, _services, before): Policy | null => {
  if (settings.encodings.length === 0) return null;
  const counts: Counts = isCompression(before)
    ? before.compressionCounts
    : { compressed: 0, left: 0, bytesIn: 0, bytesOut: 0, bytesSaved: 0 };
  const policy: CompressionPolicy = {
    name: 'compression',
    compressionCounts: counts,
    request(call) {
      const encoding = chooseEncoding(fieldValue(call.head.fields, 'accept-encoding'), settings.encodings);
      call.wrapResponse((next) => around(next, call, encoding, settings, counts));
      return null;
    },
    stats: (): CompressionStats & Record<string, number> => ({ ...counts }),
  };
  return policy;
});

function isCompression(policy: Policy | null): policy is CompressionPolicy {
  return policy !== null && 'compressionCounts' in policy;
}

function around(
  next: ResponseSink,
  call: Call,
  encoding: Encoding | null,
  settings: CompressionSettings,
  counts: Counts,
): ResponseSink {
  let body: Sink = next;
  let drained: () => void = () => undefined;
  const decide = (head: ResponseHead): ResponseHead => {
    const reason = whyNot(head, settings);
    if (reason !== null || encoding === null) {
      counts.left += 1;
      if (reason !== null) call.why('compression', `left as it is: ${reason}`);
      return reason === null ? varied(head) : head;
    }
    counts.compressed += 1;
    call.why('compression', encoding);
    // HEAD is told what GET would be, and given nothing (RFC 9110 section 9.3.2).
    if (call.received.method !== 'HEAD') {
      const encoder = createEncoder(next, encoding, settings.effort, (bytesIn, bytesOut) => {
        counts.bytesIn += bytesIn;
        counts.bytesOut += bytesOut;
        counts.bytesSaved = counts.bytesIn - counts.bytesOut;
      });
      encoder.onDrain(drained);
      call.atEnd(encoder.dispose);
      body = encoder;
    }
    return varied(compressedHead(head, encoding));
  };
  return {
    ...next,
    head: (head) => next.head(decide(head)),
    write: (chunk) => body.write(chunk),
    end: (trailers) => body.end(trailers),
    abort: () => body.abort(),
    onDrain(listener) {
      drained = listener;
      body.onDrain(listener);
    },
  };
}
