import { createCipheriv, createDecipheriv } from 'node:crypto';

/**
 * QUIC-LB connection ids (draft-ietf-quic-load-balancers, lb-spec 9.2): first octet, server id, nonce; in the clear, or
 * encrypted with a key that balancer and servers share.
 */
export interface IdFormat {
  /** 0 to 6, the upper three bits of the first octet; 7 says "not routable". */
  readonly rotation: number;
  readonly serverIdBytes: number;
  readonly nonceBytes: number;
  /** 16 bytes, or null: in the clear. */
  readonly key: Uint8Array | null;
}

const block = 16;

/** The connection id that a server gives out, its length in the lower five bits of the first octet. */
export function connectionId(format: IdFormat, serverId: Uint8Array, nonce: Uint8Array): Uint8Array {
  const plain = Buffer.concat([serverId, nonce]);
  const first = (format.rotation << 5) | plain.length;
  return Buffer.concat([Buffer.of(first), format.key === null ? plain : encrypt(format.key, plain)]);
}

/** The server id in a connection id, or at the start of what follows a short header; null where it is not routable. */
export function serverIdOf(format: IdFormat, id: Uint8Array): Uint8Array | null {
  const first = id[0];
  const length = format.serverIdBytes + format.nonceBytes;
  if (first === undefined || first >> 5 !== format.rotation || id.length < 1 + length) return null;
  const body = id.subarray(1, 1 + length);
  const plain = format.key === null ? body : decrypt(format.key, body);
  return plain.subarray(0, format.serverIdBytes);
}

function encrypt(key: Uint8Array, plain: Uint8Array): Uint8Array {
  if (plain.length === block) return aes(key, plain);
  return feistel(key, plain, [1, 2, 3, 4]);
}

function decrypt(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (bytes.length === block) return aes(key, bytes, 'decrypt');
  return feistel(key, bytes, [4, 3, 2, 1]);
}

function aes(key: Uint8Array, bytes: Uint8Array, way: 'encrypt' | 'decrypt' = 'encrypt'): Uint8Array {
  if (way === 'encrypt') return createCipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(bytes);
  return createDecipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(bytes);
}

/**
 * Four rounds over two halves. With an odd length both halves have the middle byte: its upper four bits belong to the
 * left one, its lower four to the right one; the other nibble of each is kept at zero. Odd rounds change the right half
 * by the left one, even rounds the left by the right, so that the same rounds in the opposite order undo them.
 */
function feistel(key: Uint8Array, bytes: Uint8Array, rounds: readonly number[]): Uint8Array {
  const length = bytes.length;
  const half = Math.ceil(length / 2);
  const odd = length % 2 === 1;
  const left = Uint8Array.from(bytes.subarray(0, half));
  const right = Uint8Array.from(bytes.subarray(length - half));
  const trim = () => {
    if (!odd) return;
    left[half - 1] = (left[half - 1] ?? 0) & 0xf0;
    right[0] = (right[0] ?? 0) & 0x0f;
  };
  trim();
  for (const round of rounds) {
    const [from, to] = round % 2 === 1 ? [left, right] : [right, left];
    const pad = aes(key, expand(from, length, round));
    for (let i = 0; i < half; i++) to[i] = (to[i] ?? 0) ^ (pad[i] ?? 0);
    trim();
  }
  const out = new Uint8Array(length);
  out.set(left);
  for (let i = 0; i < half; i++) {
    const at = length - half + i;
    out[at] = (odd && i === 0 ? (left[half - 1] ?? 0) : 0) | (right[i] ?? 0);
  }
  return out;
}

/** The half, zeros, the length of the whole, the number of the round: one AES block. */
function expand(half: Uint8Array, length: number, round: number): Uint8Array {
  const wide = new Uint8Array(block);
  wide.set(half);
  wide[block - 2] = length;
  wide[block - 1] = round;
  return wide;
}
