import { randomBytes } from 'node:crypto';
import { quicHeader } from '../../docker/wire/quic-header.ts';
import { connectionId, serverIdOf } from '../../docker/wire/quic-id.ts';
import type { IdFormat } from '../../docker/wire/quic-id.ts';
import { mutate, seeded } from './fuzz.ts';

const key = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const formats: readonly IdFormat[] = [
  { rotation: 0, serverIdBytes: 8, nonceBytes: 4, key: null },
  { rotation: 3, serverIdBytes: 3, nonceBytes: 4, key },
  { rotation: 6, serverIdBytes: 8, nonceBytes: 8, key },
  { rotation: 1, serverIdBytes: 15, nonceBytes: 4, key },
];
const longFirst = [0xc0, 0xd3, 0xe1, 0xf0, 0x80];
const versions = [1, 0, 0x6b3343cf, 0xff00001d];

function packets(format: IdFormat): readonly Buffer[] {
  const id = connectionId(
    format,
    Buffer.alloc(format.serverIdBytes, 0xa1),
    Buffer.alloc(format.nonceBytes, 7),
  );
  const longs = longFirst.flatMap((first) =>
    versions.map((version) => {
      const head = Buffer.alloc(5);
      head[0] = first;
      head.writeUInt32BE(version, 1);
      const ids = [Buffer.of(id.length), id, Buffer.of(8), Buffer.alloc(8, 3)];
      return Buffer.concat([head, ...ids, Buffer.alloc(40, 9)]);
    }),
  );
  return [...longs, Buffer.concat([Buffer.of(0x41), id, Buffer.alloc(30, 5)])];
}

/**
 * So many mutated QUIC packets through what the balancer reads of one. Whatever the bytes: nothing is thrown, nothing is
 * claimed that is not in the packet, an id is refused or gives a server id of the right length, and an intact id gives the right one.
 */
export function fuzzQuic(count: number, seed: number): Readonly<Record<string, number>> {
  const random = seeded(seed);
  const tally: Record<string, number> = {};
  const below = (limit: number) => Math.floor(random() * limit);
  const all = formats.map((format) => ({ format, list: packets(format) }));
  for (let turn = 0; turn < count; turn++) {
    const chosen = all[below(all.length)];
    const original = chosen?.list[below(chosen.list.length)];
    if (chosen === undefined || original === undefined) continue;
    const outcome = judge(mutate(original, random), chosen.format);
    tally[outcome] = (tally[outcome] ?? 0) + 1;
  }
  checkIntact(random);
  return tally;
}

function judge(bytes: Buffer, format: IdFormat): string {
  const fail = (what: string) => new Error(`${what}: ${bytes.toString('hex')}`);
  const header = quicHeader(bytes);
  if (header === null) return 'refused';
  const id = header.form === 'short' ? header.rest : header.destination;
  if (id.byteOffset < bytes.byteOffset || id.byteOffset + id.length > bytes.byteOffset + bytes.length)
    throw fail('reads beyond the packet');
  if (header.form === 'long' && header.version === 1 && id.length > 20)
    throw fail('an id of more than 20 bytes');
  const serverId = serverIdOf(format, id);
  if (serverId === null) return `${header.form}, no server`;
  if (serverId.length !== format.serverIdBytes) throw fail(`a server id of ${serverId.length} bytes`);
  return `${header.form}, a server`;
}

/** Not mutated: whatever the server wrote is what the balancer reads. */
function checkIntact(random: () => number): void {
  for (const format of formats) {
    const serverId = Buffer.from(
      Array.from({ length: format.serverIdBytes }, () => Math.floor(random() * 256)),
    );
    const id = connectionId(format, serverId, randomBytes(format.nonceBytes));
    const read = serverIdOf(format, id);
    if (read === null || !serverId.equals(read))
      throw new Error(`an id is not read back: ${Buffer.from(id).toString('hex')}`);
  }
}
