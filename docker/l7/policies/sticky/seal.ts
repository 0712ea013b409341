import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';

/** Opaque to whoever carries it, and nobody else can make one. */
export interface Seal {
  close(text: string): string;
  /** Null for what this seal did not close. */
  open(sealed: string): string | null;
}

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** A key of this process: after a restart all cookies are strangers, as after a rotation of ALB's key. */
export function createSeal(secret: Buffer = randomBytes(32)): Seal {
  const key = createSecretKey(secret);
  const nonce = nonces();
  return {
    close(text) {
      const fresh = nonce();
      const cipher = createCipheriv(algorithm, key, fresh);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([fresh, cipher.getAuthTag(), body]).toString('base64url');
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length <= nonceBytes + tagBytes) return null;
      const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      });
      decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
      try {
        const body = decipher.update(bytes.subarray(nonceBytes + tagBytes));
        return Buffer.concat([body, decipher.final()]).toString('utf8');
      } catch {
        return null;
      }
    },
  };
}

/** A call for random bytes costs as much as a seal, however few: many at once. None is ever used twice. */
function nonces(): () => Buffer {
  let some = Buffer.alloc(0);
  return () => {
    if (some.length === 0) some = randomBytes(nonceBytes * 256);
    const next = some.subarray(0, nonceBytes);
    some = some.subarray(nonceBytes);
    return next;
  };
}
