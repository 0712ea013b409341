import { describe, expect, it } from 'vitest';
import {
  pcapngInterface,
  pcapngPacket,
  pcapngSection,
  pcapngTlsKeys,
} from '../../../../../electron/host/capture/pcapng.ts';

const hex = (block: Buffer): string => block.toString('hex').replace(/.{8}/g, '$& ').trim();

/** Written by hand from draft-ietf-opsawg-pcapng, sections 3.1, 4.1 to 4.3 and 4.8. */
describe('a pcapng file', () => {
  it('begins with its section', () => {
    expect(hex(pcapngSection('Blindspot', ''))).toBe(
      '0a0d0d0a 30000000 4d3c2b1a 01000000 ffffffff ffffffff 04000900 426c696e 6473706f 74000000 00000000 30000000',
    );
  });

  it('names each interface', () => {
    expect(hex(pcapngInterface('client eth0', '', 4096))).toBe(
      '01000000 28000000 01000000 00100000 02000b00 636c6965 6e742065 74683000 00000000 28000000',
    );
  });

  it('holds packets with their time, both lengths and a comment', () => {
    const packet = pcapngPacket({
      interface: 1,
      at: 1_795_244_511_143.946,
      length: 300,
      bytes: Buffer.from('abcde'),
      comment: 'SYN',
    });
    expect(hex(packet)).toBe(
      `06000000 34000000 01000000 ${words(1_795_244_511_143_946n)} 05000000 2c010000 61626364 65000000 01000300 53594e00 00000000 34000000`,
    );
  });

  it('carries keys for whoever shall read what TLS hid', () => {
    expect(hex(pcapngTlsKeys('A B C\n'))).toBe(
      '0a000000 1c000000 4b534c54 06000000 41204220 430a0000 1c000000',
    );
  });
});

/** Two little-endian words, the high one first. */
function words(value: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(Number(value >> 32n), 0);
  bytes.writeUInt32LE(Number(value & 0xffff_ffffn), 4);
  return hex(bytes);
}
