import { makeCertificates } from '../../electron/host/lab/certificates.ts';
import type { Certificates } from '../../electron/host/lab/certificates.ts';
import type { Identity } from '../../docker/protocol/tls.ts';

let made: Promise<Certificates> | null = null;

/** One authority for a test file, as the host makes one a session. `site` also holds app.lab and *.shop.lab. */
export function certificates(): Promise<Certificates> {
  made ??= makeCertificates('test', [
    { node: 'b1', address: '127.0.0.1', names: [] },
    { node: 'site', address: '127.0.0.1', names: ['app.lab', '*.shop.lab'] },
    { node: 'client-1', address: '127.0.0.1', names: [] },
  ]);
  return made;
}

/** What a node of that name holds; one that asked for nothing still trusts. */
export async function identityOf(node: string): Promise<Identity> {
  const { authority, nodes } = await certificates();
  return { authority, certificates: [...(nodes[node] ?? [])] };
}
