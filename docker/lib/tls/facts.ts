import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { CertificateFacts, TlsFacts } from '../../protocol/tls.ts';

export function certificateFacts(certificate: X509Certificate): CertificateFacts {
  return {
    names: (certificate.subjectAltName ?? '').split(', ').flatMap((name) => name.split(':').slice(1)),
    subject: commonName(certificate.subject),
    issuer: commonName(certificate.issuer),
    validFrom: Date.parse(certificate.validFrom),
    validTo: Date.parse(certificate.validTo),
  };
}

/** OpenSSL writes one attribute a line, `CN=...` among them; the lab's certificates have no other. */
function commonName(name: string): string {
  return /^CN=(.*)$/m.exec(name)?.[1] ?? name.replaceAll('\n', ', ');
}

export function peerFacts(socket: TLSSocket): CertificateFacts | null {
  const certificate = socket.getPeerX509Certificate();
  return certificate === undefined ? null : certificateFacts(certificate);
}

/** What a handshake agreed on, read as it finishes: to ask a TLS socket that is gone for its peer crashes Node. */
export function tlsFacts(socket: TLSSocket, looked: boolean, handshakeMs: number): TlsFacts {
  const { servername } = socket as { servername?: unknown };
  const peer = peerFacts(socket);
  return {
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().standardName,
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : null,
    serverName: typeof servername === 'string' && servername !== '' ? servername : null,
    resumed: socket.isSessionReused(),
    peer,
    trusted: peer === null || !looked ? null : socket.authorized,
    handshakeMs,
  };
}
