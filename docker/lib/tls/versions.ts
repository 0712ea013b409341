import type { SecureVersion } from 'node:tls';
import type { TlsVersions } from '../../protocol/tls.ts';

const ranges: Readonly<Record<TlsVersions, readonly [SecureVersion, SecureVersion]>> = {
  '1.2-1.3': ['TLSv1.2', 'TLSv1.3'],
  '1.2': ['TLSv1.2', 'TLSv1.2'],
  '1.3': ['TLSv1.3', 'TLSv1.3'],
};

export function versionRange(versions: TlsVersions): {
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion;
} {
  const [minVersion, maxVersion] = ranges[versions];
  return { minVersion, maxVersion };
}
