import { expect, it } from 'vitest';
import type { ResponseSink } from '../../../../docker/l7/sink.ts';
import { ToClient } from '../../../../docker/l7/to-client.ts';

function front(more: Partial<ResponseSink> = {}) {
  const heard: string[] = [];
  const sink: ResponseSink = {
    informational: ({ status }) => void heard.push(`1xx ${status}`),
    head: ({ status }) => void heard.push(`head ${status}`),
    write: (chunk) => heard.push(`data ${chunk.length}`) > 100,
    end: (trailers) => void heard.push(`end ${trailers.length}`),
    abort: () => void heard.push('abort'),
    onDrain: () => void heard.push('listens'),
    ...more,
  };
  return { heard, sink };
}

it('passes all of it on, and knows what it was', () => {
  const { heard, sink } = front();
  const client = new ToClient(sink, true);
  client.informational({ status: 103, fields: [] });
  expect([client.begun, client.status]).toEqual([false, null]);
  client.onDrain(() => undefined);
  client.head({ status: 206, fields: [] });
  expect(client.write(Buffer.alloc(5))).toBe(false);
  client.end([['a', 'b']]);
  expect([client.begun, client.status, client.sentBytes]).toEqual([true, 206, 5]);
  expect(heard).toEqual(['1xx 103', 'listens', 'head 206', 'data 5', 'end 1']);
});

it('counts no bytes where nobody asks for them', () => {
  const client = new ToClient(front().sink, false);
  client.head({ status: 200, fields: [] });
  client.write(Buffer.alloc(5));
  expect(client.sentBytes).toBe(0);
});

it('what a policy spreads is the same answer', () => {
  const { heard, sink } = front();
  const client = new ToClient(sink, true);
  const wrapped: ResponseSink = { ...client.spreadable(), write: (chunk) => client.write(chunk.subarray(1)) };
  wrapped.head({ status: 200, fields: [] });
  wrapped.write(Buffer.alloc(3));
  wrapped.abort();
  expect([client.status, client.sentBytes]).toEqual([200, 2]);
  expect(heard).toEqual(['head 200', 'data 2', 'abort']);
});

it('what nobody can tell is not flushed', () => {
  expect(new ToClient(front().sink, false).flushed()).toBe(false);
  expect(new ToClient(front({ flushed: () => true }).sink, false).flushed()).toBe(true);
});
