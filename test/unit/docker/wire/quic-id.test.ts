import { describe, expect, it } from 'vitest';
import { connectionId, serverIdOf } from '../../../../docker/wire/quic-id.ts';

const hex = (text: string) => Buffer.from(text, 'hex');
const key = hex('8f95f09245765f80256934e50c66207f');

/** The draft's own vectors, computed once more for lb-spec 9.2: rotation, server id, nonce, connection id. */
const vectors = [
  ['ed793a', 'ee080dbf', '0720b1d07b359d3c', 0],
  ['ed793a51d49b8f5fab65', 'ee080dbf48', '2fcc381bc74cb4fbad2823a3d1f8fed2', 1],
  ['ed793a51d49b8f5f', 'ee080dbf48c0d1e5', '504dd2d05a7b0de9b2b9907afb5ecf8cc3', 2],
  ['ed793a51d49b8f5fab', 'ee080dbf48c0d1e55d', '125779c9cc86beb3a3a4a3ca96fce4bfe0cdbc', 0],
] as const;

const formatOf = (serverId: string, nonce: string, rotation: number, withKey: Uint8Array | null) => ({
  rotation,
  serverIdBytes: serverId.length / 2,
  nonceBytes: nonce.length / 2,
  key: withKey,
});

describe('QUIC-LB connection ids', () => {
  it.each(vectors)('encrypted: %s with nonce %s is %s', (serverId, nonce, id, rotation) => {
    const format = formatOf(serverId, nonce, rotation, key);
    expect(Buffer.from(connectionId(format, hex(serverId), hex(nonce))).toString('hex')).toBe(id);
    expect(Buffer.from(serverIdOf(format, hex(id)) ?? []).toString('hex')).toBe(serverId);
  });

  it('in the clear', () => {
    const format = formatOf('c4605e', '4504cc4f', 0, null);
    expect(Buffer.from(connectionId(format, hex('c4605e'), hex('4504cc4f'))).toString('hex')).toBe(
      '07c4605e4504cc4f',
    );
    expect(Buffer.from(serverIdOf(format, hex('07c4605e4504cc4f')) ?? []).toString('hex')).toBe('c4605e');
  });

  it('every allowed length comes back, encrypted or not', () => {
    for (let sid = 1; sid <= 15; sid++) {
      for (let nonce = 4; sid + nonce <= 19; nonce++) {
        const format = { rotation: 3, serverIdBytes: sid, nonceBytes: nonce, key };
        const serverId = Buffer.alloc(sid, 0xa5);
        const id = connectionId(format, serverId, Buffer.alloc(nonce, 0x3c));
        expect(id).toHaveLength(1 + sid + nonce);
        expect(Buffer.from(serverIdOf(format, id) ?? [])).toEqual(serverId);
        // One byte may come out the same by chance.
        if (sid >= 4)
          expect(Buffer.from(serverIdOf({ ...format, key: null }, id) ?? [])).not.toEqual(serverId);
      }
    }
  });

  it('is not routable with another rotation, when too short, or empty', () => {
    const format = formatOf('c4605e', '4504cc4f', 0, null);
    expect(serverIdOf(format, hex('27c4605e4504cc4f'))).toBeNull();
    expect(serverIdOf(format, hex('e7c4605e4504cc4f'))).toBeNull();
    expect(serverIdOf(format, hex('07c4605e4504cc'))).toBeNull();
    expect(serverIdOf(format, hex(''))).toBeNull();
  });
});
