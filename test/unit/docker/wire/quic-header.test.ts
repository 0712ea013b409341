import { describe, expect, it } from 'vitest';
import { quicHeader } from '../../../../docker/wire/quic-header.ts';

const hex = (text: string) => Buffer.from(text, 'hex');
const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');

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
});
