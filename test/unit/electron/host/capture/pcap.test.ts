import { describe, expect, it } from 'vitest';
import { pcapReader } from '../../../../../electron/host/capture/pcap.ts';

function file(little: boolean, nano = false): Buffer {
  const header = Buffer.alloc(24);
  const write = (buffer: Buffer, value: number, at: number): number =>
    little ? buffer.writeUInt32LE(value, at) : buffer.writeUInt32BE(value, at);
  write(header, nano ? 0xa1b23c4d : 0xa1b2c3d4, 0);
  write(header, 1, 20);
  const packet = (seconds: number, fraction: number, text: string): Buffer => {
    const head = Buffer.alloc(16);
    write(head, seconds, 0);
    write(head, fraction, 4);
    write(head, text.length, 8);
    write(head, text.length + 100, 12);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  return Buffer.concat([
    header,
    packet(1000, nano ? 250_000_000 : 250_000, 'first'),
    packet(1001, 1, 'the second'),
  ]);
}

describe('a capture stream', () => {
  it.each([
    ['little-endian', file(true)],
    ['big-endian', file(false)],
    ['with nanoseconds', file(true, true)],
  ])('is read %s, cut at any byte', (_, bytes) => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      const reader = pcapReader();
      const frames = [...reader.push(bytes.subarray(0, cut)), ...reader.push(bytes.subarray(cut))];
      expect(frames.map((frame) => frame.bytes.toString())).toEqual(['first', 'the second']);
      expect(frames[0]).toMatchObject({ at: 1_000_250, length: 105 });
    }
  });

  it('has begun when its header is there, before the first packet', () => {
    const reader = pcapReader();
    reader.push(file(true).subarray(0, 23));
    expect(reader.begun).toBe(false);
    reader.push(file(true).subarray(23, 24));
    expect(reader.begun).toBe(true);
  });

  it('refuses what is no capture, and a packet longer than any', () => {
    expect(() => pcapReader().push(Buffer.from('tcpdump: eth0: no such device'))).toThrow('not a capture');
    const damaged = file(true);
    damaged.writeUInt32LE(0x7fff_ffff, 24 + 8);
    expect(() => pcapReader().push(damaged)).toThrow('damaged');
    const wifi = file(true);
    wifi.writeUInt32LE(105, 20);
    expect(() => pcapReader().push(wifi)).toThrow('link type 105');
  });
});
