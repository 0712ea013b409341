import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { X509Certificate } from '@peculiar/x509';
import { flaws } from '../../../docker/protocol/tls.ts';
import type { Certificate, Flaw, Identity } from '../../../docker/protocol/tls.ts';

/**
 * A certificate authority for one session. Its key lives as long as this call: everything that any act of the lab will
 * need is issued at once, and nobody can issue more. Leaf keys go to the nodes that show them and to nobody else.
 */
export interface CertificateWish {
  readonly node: string;
  readonly address: string;
  /** Each gets a certificate of its own, besides the one for the node's name and address. */
  readonly names: readonly string[];
}

/** By node: what each holds. Those that wished for nothing still trust the authority. */
export interface Certificates {
  readonly authority: string;
  readonly nodes: Readonly<Record<string, Identity['certificates']>>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const hourMs = 3_600_000;
/** A lab is left running over a weekend, not for a month; the hour before is for clocks that disagree. */
const validMs = 7 * 24 * hourMs;

interface Authority {
  readonly certificate: X509Certificate;
  readonly key: webcrypto.CryptoKey;
}

export async function makeCertificates(
  session: string,
  wishes: readonly CertificateWish[],
  now = Date.now(),
): Promise<Certificates> {
  const [authority, stranger] = await Promise.all([
    makeAuthority(`Blindspot lab ${session}`, now),
    makeAuthority('Somebody else', now),
  ]);
  const nodes = await Promise.all(
    wishes.map(async ({ node, address, names }) => {
      const own = [node, address, 'localhost'];
      const sets = [own, ...names.map((name) => [name])];
      return [node, await Promise.all(sets.map((set) => issue(set, authority, stranger, now)))] as const;
    }),
  );
  return { authority: pemOf(authority.certificate), nodes: Object.fromEntries(nodes) };
}

async function makeAuthority(name: string, now: number): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    notBefore: new Date(now - hourMs),
    notAfter: new Date(now + validMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, key: keys.privateKey };
}

/** One key, a good certificate for it, and one with each flaw: only what a client verifies differs. */
async function issue(
  names: readonly string[],
  authority: Authority,
  stranger: Authority,
  now: number,
): Promise<Certificate> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const span = [now - hourMs, now + validMs] as const;
  const past = [now - 2 * validMs, now - 24 * hourMs] as const;
  const variants: Readonly<Record<Flaw | 'good', () => Promise<string>>> = {
    good: () => sign(names, keys, authority, span),
    'wrong-name': () => sign([`not-${names[0] ?? ''}`], keys, authority, span),
    expired: () => sign(names, keys, authority, past),
    'self-signed': () => sign(names, keys, null, span),
    'unknown-authority': () => sign(names, keys, stranger, span),
  };
  const flawed = await Promise.all(flaws.map(async (flaw) => [flaw, await variants[flaw]()] as const));
  return {
    names: [...names],
    certificate: await variants.good(),
    key: PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'),
    flawed: Object.fromEntries(flawed),
  };
}

async function sign(
  names: readonly string[],
  keys: webcrypto.CryptoKeyPair,
  by: Authority | null,
  [from, to]: readonly [number, number],
): Promise<string> {
  const subject = `CN=${names[0] ?? ''}`;
  const certificate = await X509CertificateGenerator.create({
    subject,
    issuer: by === null ? subject : by.certificate.subject,
    notBefore: new Date(from),
    notAfter: new Date(to),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: by === null ? keys.privateKey : by.key,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      // A node is server to one side and, in mutual TLS, client to the other.
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension(
        names.map((name) => ({ type: isIP(name) === 0 ? ('dns' as const) : ('ip' as const), value: name })),
      ),
      ...(by === null ? [] : [await AuthorityKeyIdentifierExtension.create(by.certificate.publicKey)]),
    ],
  });
  return pemOf(certificate);
}

/** Files of several are joined end to end, so each ends its line. */
function pemOf(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}
