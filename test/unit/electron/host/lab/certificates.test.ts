import { X509Certificate, createPrivateKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { flaws, identitySchema } from '../../../../../docker/protocol/tls.ts';
import { makeCertificates } from '../../../../../electron/host/lab/certificates.ts';

const now = Date.UTC(2026, 10, 21);
const wishes = [{ node: 'backend-1', address: '10.1.2.3', names: ['app.lab'] }];

describe("the lab's own authority", () => {
  test('signs for name and address of a node, and apart for each name it asks for', async () => {
    const { authority, nodes } = await makeCertificates('s1', wishes, now);
    const ca = new X509Certificate(authority);
    const held = identitySchema.parse({ authority, certificates: nodes['backend-1'] }).certificates;
    expect(held.map(({ names }) => names)).toEqual([['backend-1', '10.1.2.3', 'localhost'], ['app.lab']]);
    for (const { certificate, key } of held) {
      const leaf = new X509Certificate(certificate);
      expect(leaf.verify(ca.publicKey)).toBe(true);
      expect(leaf.checkIssued(ca)).toBe(true);
      expect(leaf.ca).toBe(false);
      expect(leaf.checkPrivateKey(createPrivateKey(key))).toBe(true);
      expect(Date.parse(leaf.validFrom)).toBeLessThan(now);
      expect(Date.parse(leaf.validTo) - now).toBe(7 * 24 * 3_600_000);
    }
    const own = new X509Certificate(held[0]?.certificate ?? '');
    expect(own.checkHost('backend-1')).toBe('backend-1');
    expect(own.checkIP('10.1.2.3')).toBe('10.1.2.3');
    expect(own.checkHost('app.lab')).toBeUndefined();
    // 128 bits each: two sessions cannot be told apart by chance alone.
    const other = await makeCertificates('s2', wishes, now);
    expect(new X509Certificate(other.authority).fingerprint256).not.toBe(ca.fingerprint256);
  });

  test('each flaw is the only thing wrong with its certificate', async () => {
    const { authority, nodes } = await makeCertificates('s1', wishes, now);
    const ca = new X509Certificate(authority);
    const [, site] = nodes['backend-1'] ?? [];
    const found = flaws.map((flaw) => {
      const leaf = new X509Certificate(site?.flawed[flaw] ?? '');
      expect(leaf.checkPrivateKey(createPrivateKey(site?.key ?? ''))).toBe(true);
      return {
        named: leaf.checkHost('app.lab') === 'app.lab',
        current: Date.parse(leaf.validTo) > now,
        signed: leaf.verify(ca.publicKey),
        alone: leaf.verify(leaf.publicKey),
      };
    });
    const good = { named: true, current: true, signed: true, alone: false };
    expect(Object.fromEntries(flaws.map((flaw, index) => [flaw, found[index]]))).toEqual({
      'wrong-name': { ...good, named: false },
      expired: { ...good, current: false },
      'self-signed': { ...good, signed: false, alone: true },
      'unknown-authority': { ...good, signed: false },
    });
  });
});
