import type { PacketDetail } from '../../contract/capture.ts';
import type { Frame } from './decode/frame.ts';
import { readHttpHead } from './decode/http1.ts';
import { readProxyHeader } from './decode/proxy-header.ts';
import { flagNames } from './decode/tcp.ts';
import type { Tcp } from './decode/tcp.ts';
import { readClientHello, readTlsRecord, tlsVersionName, tlsWords } from './decode/tls.ts';
import { headWords } from './speech.ts';

type LayerFacts = PacketDetail['layers'][number];
type Facts = readonly (readonly [string, string])[];

/** One frame as a person reads it: every layer with its fields, the lowest first. */
export function layers(frame: Frame, length: number): readonly LayerFacts[] {
  const { ethernet, arp, ip, tcp, udp, icmp } = frame;
  const found: LayerFacts[] = [
    {
      layer: 2,
      name: 'Ethernet',
      facts: [
        ['from', ethernet.source],
        ['to', ethernet.destination],
        ['type', `0x${ethernet.type.toString(16).padStart(4, '0')}`],
        ['length', `${length} bytes`],
        ...(ethernet.vlan === null ? [] : [['VLAN', String(ethernet.vlan)] as const]),
      ],
    },
  ];
  if (arp !== null) {
    const { operation, senderMac, senderAddress, targetMac, targetAddress } = arp;
    const facts: Facts = [
      ['operation', operation],
      ['sender', `${senderAddress} at ${senderMac}`],
      ['target', `${targetAddress} at ${targetMac}`],
    ];
    found.push({ layer: 2, name: 'ARP', facts });
  }
  if (ip !== null) found.push({ layer: 3, name: `IPv${ip.version}`, facts: ipFacts(ip) });
  if (icmp !== null)
    found.push({
      layer: 3,
      name: 'ICMP',
      facts: [
        ['says', icmp.words],
        ['type', `${icmp.type}, code ${icmp.code}`],
      ],
    });
  if (tcp !== null) found.push({ layer: 4, name: 'TCP', facts: tcpFacts(tcp, frame.payloadLength) });
  if (udp !== null) {
    const ports: Facts = [
      ['ports', `${udp.sourcePort} to ${udp.destinationPort}`],
      ['carries', `${frame.payloadLength} bytes`],
    ];
    found.push({ layer: 4, name: 'UDP', facts: ports });
  }
  if (tcp !== null && frame.payload.length > 0) found.push(...application(frame.payload));
  return found;
}

function ipFacts(ip: NonNullable<Frame['ip']>): Facts {
  return [
    ['from', ip.source],
    ['to', ip.destination],
    ['time to live', String(ip.ttl)],
    ['identification', String(ip.id)],
    ['may be cut', ip.dontFragment ? 'no' : 'yes'],
  ];
}

function tcpFacts(tcp: Tcp, carries: number): Facts {
  const { options } = tcp;
  return [
    ['ports', `${tcp.sourcePort} to ${tcp.destinationPort}`],
    ['flags', flagNames(tcp.flags)],
    ['sequence number', String(tcp.seq)],
    ['acknowledges', (tcp.flags & 16) === 0 ? 'nothing' : String(tcp.ack)],
    ['window', String(tcp.window)],
    ['carries', `${carries} bytes`],
    ...named('largest segment', options.mss),
    ...named('window scale', options.windowScale),
    ...named('timestamps', options.timestamps?.join(', echoes ')),
    ...named('may acknowledge selectively', options.sackPermitted === true ? 'yes' : undefined),
    ...named('selectively acknowledges', options.sack?.map(([from, to]) => `${from} to ${to}`).join(', ')),
  ];
}

function named(name: string, value: string | number | undefined): Facts {
  return value === undefined ? [] : [[name, String(value)]];
}

function application(payload: Buffer): readonly LayerFacts[] {
  const proxy = readProxyHeader(payload, 0);
  const proxied: readonly LayerFacts[] =
    proxy === null
      ? []
      : [
          {
            layer: 7,
            name: `PROXY protocol v${proxy.version}`,
            facts: [
              [
                'for',
                proxy.local ? 'the proxy itself' : `${proxy.source ?? '?'} to ${proxy.destination ?? '?'}`,
              ],
              ['extras', `${proxy.extraBytes} bytes`],
            ],
          },
        ];
  const at = proxy?.length ?? 0;
  return [...proxied, ...tlsLayer(payload, at), ...httpLayer(payload, at)];
}

function tlsLayer(payload: Buffer, at: number): readonly LayerFacts[] {
  const record = readTlsRecord(payload, at);
  if (record === null) return [];
  const hello = readClientHello(payload, at);
  const facts: Facts = [
    ['record', tlsWords(record)],
    ['length', `${record.length} bytes`],
    ...(hello === null
      ? []
      : ([
          ['asks for', hello.serverName ?? 'no name'],
          ['offers', hello.alpn.join(', ') || 'no application protocol'],
          ['versions', hello.versions.map(tlsVersionName).join(', ') || tlsVersionName(hello.version)],
          ['cipher suites', String(hello.ciphers)],
          ['random', hello.random],
        ] as const)),
  ];
  return [{ layer: 6, name: 'TLS', facts }];
}

function httpLayer(payload: Buffer, at: number): readonly LayerFacts[] {
  const head = readHttpHead(payload, at);
  if (head === null) return [];
  return [
    {
      layer: 7,
      name: `${head.version} ${head.kind}`,
      facts: [['first line', headWords(head)], ...head.headers],
    },
  ];
}
