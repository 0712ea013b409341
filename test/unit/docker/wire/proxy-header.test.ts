import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../../docker/wire/crc32c.ts';
import { createHeadReader } from '../../../../docker/wire/head.ts';
import { parseProxyHeader } from '../../../../docker/wire/proxy-header.ts';
import { unknownProxyV1, writeProxyV1 } from '../../../../docker/wire/proxy-v1.ts';
import { localProxyV2, tlvTypes, writeProxyV2 } from '../../../../docker/wire/proxy-v2.ts';

const from = { address: '192.0.2.1', port: 51_234 };
const to = { address: '198.51.100.7', port: 443 };
const from6 = { address: '2001:db8::1', port: 1 };
const to6 = { address: '2001:db8:0:1::2', port: 65_535 };

const v1 = (line: string) => parseProxyHeader(Buffer.from(line, 'latin1'));
const v2 = (hex: string) =>
  parseProxyHeader(Buffer.from(`0d0a0d0a000d0a515549540a${hex}`.replace(/ /g, ''), 'hex'));

describe('PROXY v1', () => {
  it('is written and read as the specification spells it', () => {
    const bytes = writeProxyV1(from, to);
    expect(bytes.toString()).toBe('PROXY TCP4 192.0.2.1 198.51.100.7 51234 443\r\n');
    expect(parseProxyHeader(Buffer.concat([bytes, Buffer.from('GET /')]))).toEqual({
      kind: 'read',
      length: bytes.length,
      value: { version: 1, command: 'PROXY', source: from, destination: to, tlvs: [] },
    });
    expect(writeProxyV1(from6, to6).toString()).toBe('PROXY TCP6 2001:db8::1 2001:db8:0:1::2 1 65535\r\n');
    expect(parseProxyHeader(writeProxyV1(from6, to6))).toMatchObject({
      value: { source: from6, destination: to6 },
    });
  });

  it('of two families is written as IPv6', () => {
    expect(writeProxyV1(from, to6).toString()).toContain('TCP6 ::ffff:192.0.2.1 2001:db8:0:1::2');
  });

  it('UNKNOWN states nobody, and the rest of its line is ignored', () => {
    for (const line of [unknownProxyV1.toString(), 'PROXY UNKNOWN ffff::1 what ever\r\n']) {
      expect(v1(line)).toMatchObject({ kind: 'read', length: line.length, value: { source: null } });
    }
  });

  it.each([
    'PROXY TCP4 192.0.2.1  198.51.100.7 1 2\r\n',
    'PROXY  TCP4 192.0.2.1 198.51.100.7 1 2\r\n',
    'PROXY TCP4 192.0.2.01 198.51.100.7 1 2\r\n',
    'PROXY TCP4 192.0.2.256 198.51.100.7 1 2\r\n',
    'PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n',
    'PROXY TCP6 192.0.2.1 198.51.100.7 1 2\r\n',
    'PROXY TCP6 fe80::1%eth0 fe80::2 1 2\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.7 01 2\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.7 1 65536\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.7 1 2 \r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.7 1\r\n',
    'PROXY UDP4 192.0.2.1 198.51.100.7 1 2\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.7 1 2\n\r\n',
    'proxy TCP4 192.0.2.1 198.51.100.7 1 2\r\n',
    'PROXYTCP4',
    'POST / HTTP/1.1\r\n',
    'GET / HTTP/1.1\r\n',
    `PROXY UNKNOWN ${'x'.repeat(93)}\r\n`,
  ])('%j is refused', (line) => {
    expect(v1(line).kind).toBe('bad');
  });

  it('the longest line there can be is read, and 107 bytes without an end are not waited on', () => {
    expect(v1(`PROXY UNKNOWN ${'x'.repeat(91)}\r\n`)).toMatchObject({ kind: 'read', length: 107 });
    expect(v1('PROXY UNKNOWN '.padEnd(106, 'x')).kind).toBe('more');
    expect(v1('PROXY UNKNOWN '.padEnd(107, 'x')).kind).toBe('bad');
  });

  it('a lone CR or LF does not end the line', () => {
    expect(v1('PROXY TCP4 192.0.2.1 198.51.100.7 1 2\n').kind).toBe('more');
    expect(v1('PROXY TCP4 192.0.2.1 198.51.100.7 1 2\r').kind).toBe('more');
  });
});

describe('PROXY v2', () => {
  it('is written as the specification lays it out', () => {
    expect(writeProxyV2(from, to).toString('hex')).toBe(
      '0d0a0d0a000d0a515549540a' + '2111000c' + 'c0000201' + 'c6336407' + 'c822' + '01bb',
    );
  });

  it.each([
    ['IPv4', from, to],
    ['IPv6', from6, to6],
  ])('%s with TLVs and a checksum comes back as it was', (_, source, destination) => {
    const tlvs = [
      { type: tlvTypes.authority, value: Buffer.from('shop.example') },
      { type: 0xea, value: Buffer.from('vpce-1') },
    ];
    const bytes = writeProxyV2(source, destination, { tlvs, checksum: true });
    const head = parseProxyHeader(bytes);
    expect(head).toMatchObject({
      kind: 'read',
      length: bytes.length,
      value: { version: 2, source, destination },
    });
    expect(head.kind === 'read' && head.value.tlvs.slice(0, 2)).toEqual(tlvs);
    for (const at of [16, 20, bytes.length - 1]) {
      const wrong = Buffer.from(bytes);
      wrong[at] = (wrong[at] ?? 0) ^ 1;
      expect(parseProxyHeader(wrong)).toMatchObject({ kind: 'bad' });
    }
  });

  it('LOCAL states nobody, and what it carries is skipped', () => {
    expect(localProxyV2.toString('hex')).toBe('0d0a0d0a000d0a515549540a20000000');
    expect(v2('2011 0003 ffffff')).toMatchObject({
      kind: 'read',
      length: 19,
      value: { command: 'LOCAL', source: null },
    });
  });

  it('families that TCP cannot have state nobody', () => {
    expect(v2(`2100 0000`)).toMatchObject({ kind: 'read', value: { source: null } });
    expect(v2(`2112 000c ${'01'.repeat(12)}`)).toMatchObject({ kind: 'read', value: { source: null } });
    expect(v2(`2131 00d8 ${'00'.repeat(216)}`)).toMatchObject({ kind: 'read', value: { source: null } });
  });

  it.each([
    ['version 1', '1111 000c'],
    ['an unknown command', '2211 000c'],
    ['an unknown family', '2141 000c'],
    ['an unknown transport', '2113 000c'],
    ['less than its addresses', '2111 000b 0102030405060708090a0b'],
    ['more than anyone sends', '2111 ffff'],
    ['a TLV cut short', '2111 000e 0102030405060708090a0b0c 0100'],
    ['a TLV beyond the end', '2111 000f 0102030405060708090a0b0c 010001'],
    ['a checksum of three bytes', '2111 0012 0102030405060708090a0b0c 030003 000000'],
    ['a checksum that does not hold', '2111 0013 0102030405060708090a0b0c 030004 00000000'],
    ['a unique id of 129 bytes', `2111 0090 0102030405060708090a0b0c 050081 ${'00'.repeat(129)}`],
  ])('%s is refused', (_, hex) => {
    expect(v2(hex).kind).toBe('bad');
  });

  it('byte by byte: read with the last byte and not before', () => {
    const bytes = writeProxyV2(from6, to6, { checksum: true });
    const reader = createHeadReader(parseProxyHeader);
    const kinds = [...bytes].map((byte) => reader.feed(Buffer.from([byte])).kind);
    expect(kinds.indexOf('read')).toBe(bytes.length - 1);
  });
});

it('CRC32C of the check string', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
});
