import { describe, expect, it } from 'vitest';
import { readFrame } from '../../../../../../electron/host/capture/decode/frame.ts';
import { flagNames } from '../../../../../../electron/host/capture/decode/tcp.ts';

/** Captured in a lab of this repository, as tcpdump -xx printed them. */
const syn =
  '02420ac9dacc02420ac9dacb08004500003caef940004006c0980ac9dacb0ac9daccecc81f901e8abca900000000a002faf0cb580000020405b40402080abc71d69a000000000103030a';
const synAck =
  '02420ac9dacb02420ac9dacc08004500003c0000400040066f920ac9dacc0ac9dacb1f90ecc83c48c1a41e8abcaaa012fe88cb580000020405b40402080ab4925812bc71d69a0103030a';
const solicitation =
  '333300000002961a92c5b89186dd6000000000103afffe80000000000000941a92fffec5b891ff0200000000000000000000000000028500bc4a000000000101961a92c5b891';
/** Written by hand from RFC 826 and RFC 768. */
const arpReply =
  '02420a0000010 2420a000002 0806 0001 0800 06 04 0002 02420a000002 0a000002 02420a000001 0a000001';
const udp =
  '02420a000001 02420a000002 0800 4500 0020 0007 0000 40 11 0000 0a000002 0a000001 1f90 0035 000c 0000 68696869';

const frame = (hex: string) => readFrame(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

describe('a frame', () => {
  it('reads a SYN to its last option', () => {
    expect(frame(syn)).toMatchObject({
      ethernet: { source: '02:42:0a:c9:da:cb', destination: '02:42:0a:c9:da:cc', type: 0x0800 },
      ip: {
        version: 4,
        source: '10.201.218.203',
        destination: '10.201.218.204',
        id: 0xaef9,
        ttl: 64,
        protocol: 6,
      },
      tcp: {
        sourcePort: 60616,
        destinationPort: 8080,
        seq: 512408745,
        ack: 0,
        flags: 2,
        window: 64240,
        options: { mss: 1460, sackPermitted: true, timestamps: [3161577114, 0], windowScale: 10 },
      },
      payloadLength: 0,
    });
  });

  it('reads the answer to it', () => {
    const read = frame(synAck);
    expect(flagNames(read?.tcp?.flags ?? 0)).toBe('SYN ACK');
    expect(read?.tcp).toMatchObject({ seq: 1011401124, ack: 512408746 });
  });

  it('reads IPv6 and ICMPv6', () => {
    expect(frame(solicitation)).toMatchObject({
      ip: { version: 6, source: 'fe80::941a:92ff:fec5:b891', destination: 'ff02::2', protocol: 58, ttl: 255 },
      icmp: { type: 133, words: 'router solicitation' },
    });
  });

  it('reads an ARP reply, and one that nobody asked for', () => {
    expect(frame(arpReply)?.arp).toEqual({
      operation: 'reply',
      senderMac: '02:42:0a:00:00:02',
      senderAddress: '10.0.0.2',
      targetMac: '02:42:0a:00:00:01',
      targetAddress: '10.0.0.1',
      gratuitous: false,
    });
    expect(frame(arpReply.replace(/0a000001$/, '0a000002'))?.arp?.gratuitous).toBe(true);
  });

  it('reads UDP and leaves out what pads the frame', () => {
    const read = frame(`${udp}000000000000`);
    expect(read?.udp).toMatchObject({ sourcePort: 8080, destinationPort: 53, length: 12 });
    expect(read?.payload.toString()).toBe('hihi');
    expect(read?.payloadLength).toBe(4);
  });

  it('knows how long a payload is that the capture has cut', () => {
    const read = frame(udp.slice(0, -4));
    expect(read?.payload.toString()).toBe('hi');
    expect(read?.payloadLength).toBe(4);
  });

  it('steps over a VLAN tag, and reads no transport in a later fragment', () => {
    const tagged = syn.replace('0800', '8100002a0800');
    expect(frame(tagged)).toMatchObject({ ethernet: { vlan: 42 }, tcp: { seq: 512408745 } });
    const fragment = syn.replace('aef94000', 'aef920b9');
    expect(frame(fragment)).toMatchObject({ ip: { fragmentOffset: 1480, moreFragments: true }, tcp: null });
  });

  it('never throws, whatever bytes come, and never reads past them', () => {
    // A linear congruential generator: the same bytes in every run (Numerical Recipes' constants).
    let state = 20261121;
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state % below;
    };
    const seeds = [syn, synAck, solicitation, arpReply, udp].map((hex) =>
      Buffer.from(hex.replaceAll(' ', ''), 'hex'),
    );
    for (let round = 0; round < 20_000; round++) {
      const bytes = Buffer.from(seeds[random(seeds.length)] ?? Buffer.alloc(0));
      for (let change = random(6); change >= 0; change--) bytes[random(bytes.length)] = random(256);
      const cut = bytes.subarray(0, random(bytes.length + 1));
      const read = readFrame(cut);
      expect(read === null || read.payload.length <= cut.length).toBe(true);
    }
  });
});
