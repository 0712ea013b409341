import { expect, it } from 'vitest';
import {
  addressBytes,
  addressSet,
  addressText,
  hostPort,
  plainAddress,
} from '../../../../docker/wire/ip-address.ts';

it.each([
  ['192.0.2.1', 'c0000201'],
  ['::', '00'.repeat(16)],
  ['::1', `${'00'.repeat(15)}01`],
  ['2001:db8::1', '20010db8000000000000000000000001'],
  ['2001:db8:0:1::2', '20010db8000000010000000000000002'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ['1::', '00010000000000000000000000000000'],
  ['1:0:0:2::3', '00010000000000020000000000000003'],
])('%s is %s', (address, hex) => {
  expect(addressBytes(address).toString('hex')).toBe(hex);
  expect(addressText(Buffer.from(hex, 'hex'))).toBe(address);
});

it('an address may embed IPv4', () => {
  expect(addressBytes('::ffff:192.0.2.1').toString('hex')).toBe('00000000000000000000ffffc0000201');
});

it('a peer of a dual-stack listener is an IPv4 peer, a zone is left out', () => {
  expect(plainAddress('::ffff:192.0.2.1')).toBe('192.0.2.1');
  expect(plainAddress('fe80::1%eth0')).toBe('fe80::1');
  expect(hostPort('::1', 80)).toBe('[::1]:80');
});

it('a set of networks holds addresses of either family', () => {
  const holds = addressSet(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32']);
  expect(['10.9.8.7', '192.0.2.1', '2001:db8::5'].every(holds)).toBe(true);
  expect(['11.0.0.1', '192.0.2.2', '2001:db9::5', 'nobody'].some(holds)).toBe(false);
});
