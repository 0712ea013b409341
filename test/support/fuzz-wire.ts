import { parseClientHello } from '../../docker/wire/client-hello.ts';
import { parseProxyHeader } from '../../docker/wire/proxy-header.ts';
import { writeProxyV1 } from '../../docker/wire/proxy-v1.ts';
import { localProxyV2, tlvTypes, writeProxyV2 } from '../../docker/wire/proxy-v2.ts';
import { clientHello } from './client-hello.ts';
import { judge, mutate, seeded } from './fuzz.ts';

const four = [
  { address: '192.0.2.1', port: 51_234 },
  { address: '198.51.100.7', port: 443 },
] as const;
const six = [
  { address: '2001:db8::1', port: 1 },
  { address: '::ffff:192.0.2.1', port: 65_535 },
] as const;
const tlvs = [
  { type: tlvTypes.alpn, value: Buffer.from('h2') },
  { type: tlvTypes.authority, value: Buffer.from('shop.example') },
  { type: tlvTypes.uniqueId, value: Buffer.alloc(128, 5) },
];

const proxies = [
  writeProxyV1(...four),
  writeProxyV1(...six),
  Buffer.from('PROXY UNKNOWN whatever it says\r\n'),
  writeProxyV2(...four),
  writeProxyV2(...six, { tlvs, checksum: true }),
  localProxyV2,
];
const hellos = [
  clientHello({ serverNames: ['shop.example'], alpn: ['h2', 'http/1.1'] }),
  clientHello({ serverNames: ['a.b.example'], encrypted: true, padding: 1200 }, 200),
  clientHello({}),
];

/** So many mutated headers of each kind; what became of them, by kind. Throws at the first that breaks a rule. */
export function fuzzWire(
  count: number,
  seed: number,
): Readonly<Record<'proxy' | 'hello', Record<string, number>>> {
  const random = seeded(seed);
  const tally = { proxy: {} as Record<string, number>, hello: {} as Record<string, number> };
  const pick = (list: readonly Buffer[]) => list[Math.floor(random() * list.length)] ?? Buffer.alloc(0);
  for (let turn = 0; turn < count; turn++) {
    const proxy = judge(parseProxyHeader, mutate(pick(proxies), random), 16 * 1024, random).head.kind;
    const hello = judge(parseClientHello, mutate(pick(hellos), random), 64 * 1024, random).head.kind;
    tally.proxy[proxy] = (tally.proxy[proxy] ?? 0) + 1;
    tally.hello[hello] = (tally.hello[hello] ?? 0) + 1;
  }
  return tally;
}
