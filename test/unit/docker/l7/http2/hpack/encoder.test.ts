import { describe, expect, it } from 'vitest';
import { decoders } from '../../../../../../docker/l7/http2/hpack/decoder.ts';
import { blockRoom, createEncoder, fieldRoom } from '../../../../../../docker/l7/http2/hpack/encoder.ts';
import { seeded } from '../../../../../support/fuzz.ts';

type Fields = readonly (readonly [string, string])[];

/** An encoder, and a decoder that must understand it. */
function pair() {
  const encoder = createEncoder();
  const decoder = decoders((name, value) => [name, value] as const)(4096);
  const send = (fields: Fields) => {
    const into = Buffer.alloc(blockRoom + fields.reduce((sum, field) => sum + fieldRoom(...field), 0));
    let at = encoder.begin(into, 0);
    for (const [name, value] of fields) at = encoder.field(name, value, into, at);
    expect(at).toBeLessThanOrEqual(into.length);
    const read: (readonly [string, string])[] = [];
    decoder.decode(into, 0, at, (field) => read.push(field));
    expect(read).toEqual(fields);
    return into.subarray(0, at);
  };
  return { encoder, send };
}

describe('header blocks', () => {
  it('a field that comes again is one byte', () => {
    const { send } = pair();
    const head: Fields = [
      [':status', '200'],
      ['server', 'a backend'],
      ['content-length', '1024'],
      ['x-own', 'one'],
    ];
    const lengths = [1, 2, 3].map(() => send(head).length);
    expect(lengths[2]).toBe(4);
    expect(lengths[0]).toBeGreaterThan(20);
  });

  it('what is different each time is in no table, and pushes nothing out of it', () => {
    const { send } = pair();
    for (let turn = 0; turn < 3; turn++) send([['server', 'a backend']]);
    for (let turn = 0; turn < 500; turn++) send([['x-request-id', `${turn}`.repeat(8)]]);
    expect(send([['server', 'a backend']])).toHaveLength(1);
  });

  it.each([
    ['authorization', 'Bearer a-token-that-is-rather-long-and-secret'],
    ['set-cookie', 'session=1234567890123456789012345678901234567890'],
    ['cookie', 'short=1'],
  ])('%s is said never to be kept', (name, value) => {
    const { send } = pair();
    for (let turn = 0; turn < 3; turn++) expect((send([[name, value]])[0] ?? 0) & 0xf0).toBe(0x10);
  });

  it('a long cookie may be kept', () => {
    const { send } = pair();
    const cookie: Fields = [['cookie', 'session=12345678901234567890']];
    send(cookie);
    send(cookie);
    expect(send(cookie)).toHaveLength(1);
  });

  it('keeps to the table that the peer wants, and says so first', () => {
    const { encoder, send } = pair();
    const head: Fields = [['x-own', 'one']];
    send(head);
    send(head);
    encoder.limit(0);
    encoder.limit(100);
    // Both the least and the last (RFC 7541 section 4.2).
    expect([...send(head).subarray(0, 3)]).toEqual([0x20, 0x3f, 100 - 31]);
    for (let turn = 0; turn < 3; turn++) send([...head, ['x-other', 'two'], ['x-third', 'three']]);
    encoder.limit(1_000_000);
    // Never more than our own bound: what the decoder allows.
    expect([...send(head).subarray(0, 3)]).toEqual([0x3f, 0xe1, 0x1f]);
  });

  it('whatever the fields and the limits, the other side reads the same', () => {
    const random = seeded(7541);
    const { encoder, send } = pair();
    const pick = (most: number) => Math.floor(random() * most);
    const text = (most: number) =>
      Buffer.from(Array.from({ length: pick(most) }, () => pick(256))).toString('latin1');
    const values = Array.from({ length: 20 }, () => text(60));
    for (let turn = 0; turn < 3000; turn++) {
      if (random() < 0.02) encoder.limit(pick(5000));
      send(
        Array.from({ length: pick(12) }, (): readonly [string, string] => [
          random() < 0.8 ? `x-${pick(30)}` : 'set-cookie',
          random() < 0.7 ? (values[pick(20)] ?? '') : text(300),
        ]),
      );
    }
  });
});
