import { describe, expect, it } from 'vitest';
import { quicHeader } from '../../../../docker/wire/quic-header.ts';
import { serverIdOf } from '../../../../docker/wire/quic-id.ts';

const hex = (text: string) => Buffer.from(text, 'hex');
const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');

/** A repeatable stream of numbers in [0, 1). */
function seeded(seed: number) {
  return () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
}

describe('QUIC header', () => {
  it.each([
    ['c0', 'initial'],
    ['d0', '0-rtt'],
    ['e0', 'handshake'],
    ['f0', 'retry'],
  ])('long %s of version 1 is %s, with both ids', (first, type) => {
    const header = quicHeader(hex(`${first}00000001 08 0102030405060708 03 aabbcc 00`.replaceAll(' ', '')));
    expect(header).toMatchObject({ form: 'long', version: 1, type });
    expect(header?.form === 'long' && text(header.destination)).toBe('0102030405060708');
    expect(header?.form === 'long' && text(header.source)).toBe('aabbcc');
  });

  it('another version keeps its ids, however long, and its types to itself', () => {
    const long = 'ab'.repeat(40);
    expect(quicHeader(hex(`80ff00001d28${long}00`))).toMatchObject({
      form: 'long',
      version: 0xff00001d,
      type: null,
    });
    expect(quicHeader(hex(`c00000000128${long}00`))).toBeNull();
  });

  it('version negotiation is version 0', () => {
    expect(quicHeader(hex('80000000000102000000000001'))).toMatchObject({ form: 'long', version: 0 });
  });

  it('a short header gives what follows its first byte, which begins with the id', () => {
    const header = quicHeader(hex('4107c4605e4504cc4f99'));
    expect(header?.form === 'short' && text(header.rest)).toBe('07c4605e4504cc4f99');
  });

  it.each(['', '41', '01aabb', 'c000', 'c0000000010801020304', 'c00000000101aa05aabb', '8000000001010203'])(
    '%s is no QUIC packet',
    (packet) => expect(quicHeader(hex(packet))).toBeNull(),
  );

  it('whatever comes in, it is rejected or its ids lie within it; nothing is thrown', () => {
    const random = seeded(42);
    const seeds = [
      'c00000000108010203040506070803aabbcc00',
      '4107c4605e4504cc4f99',
      '80000000000102000000000001',
    ];
    const plain = { rotation: 0, serverIdBytes: 3, nonceBytes: 4, key: null };
    const keyed = { ...plain, key: Buffer.alloc(16, 1) };
    for (let i = 0; i < 20_000; i++) {
      const packet = mutate(hex(seeds[i % seeds.length] ?? ''), random);
      const header = quicHeader(packet);
      if (header === null) continue;
      const id = header.form === 'short' ? header.rest : header.destination;
      expect(id.byteOffset + id.length).toBeLessThanOrEqual(packet.byteOffset + packet.length);
      for (const format of [plain, keyed]) expect(serverIdOf(format, id)?.length ?? 3).toBe(3);
    }
  });
});

/** Flips, cuts and doubles. */
function mutate(packet: Buffer, random: () => number): Buffer {
  const bytes = Buffer.from(packet);
  for (let flips = Math.floor(random() * 4); flips > 0; flips--) {
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
  }
  const draw = random();
  if (draw < 0.3) return bytes.subarray(0, Math.floor(random() * (bytes.length + 1)));
  return draw < 0.4 ? Buffer.concat([bytes, bytes]) : bytes;
}
