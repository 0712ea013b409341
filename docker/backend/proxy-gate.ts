//  connection --> [PROXY header, where the settings ask for one] --> HTTP parser
import type { Socket } from 'node:net';
import type { BackendSettings } from '../protocol/backend.ts';
import { createHeadReader } from '../wire/head.ts';
import { hostPort } from '../wire/ip-address.ts';
import { parseProxyHeader } from '../wire/proxy-header.ts';
import type { ProxyEndpoint, ProxyHeader } from '../wire/proxy-header.ts';
import type { Connections } from './connections.ts';

/** The specification asks for three seconds at least (section 5). */
const waitMs = 5000;

/** What `/whoami` shows of the header that its connection began with. */
export interface ProxyView {
  readonly version: number;
  readonly command: string;
  readonly source: string | null;
  readonly destination: string | null;
  readonly tlvs: readonly { readonly type: string; readonly value: string }[];
}

/**
 * Where a header is required, it is taken off before HTTP begins, and a connection without one is closed without a word,
 * as `accept-proxy` does it. Where none is asked for, none is read: the parser meets it, and answers 400.
 */
export function createProxyGate(options: {
  readonly settings: () => BackendSettings;
  readonly connections: Connections;
  readonly serve: (socket: Socket) => void;
}): (socket: Socket) => void {
  const { settings, connections, serve } = options;

  const read = (socket: Socket) => {
    const reader = createHeadReader(parseProxyHeader);
    const stop = () => {
      clearTimeout(timer);
      socket.off('data', onData).off('end', refuse).off('close', stop);
    };
    const refuse = () => {
      stop();
      socket.destroy();
    };
    const onData = (chunk: Buffer) => {
      const head = reader.feed(chunk);
      if (head.kind === 'more') return;
      if (head.kind === 'bad') {
        refuse();
        return;
      }
      stop();
      const connection = connections.of(socket);
      if (connection !== undefined) connection.proxy = viewOf(head.value);
      // Held back until somebody listens: a stream that flows would lose what is put back into it.
      socket.pause();
      socket.unshift(reader.taken().subarray(head.length));
      serve(socket);
      // TLS takes the bytes from the stream by itself, and the handle with them; HTTP waits for them to flow.
      if (socket.listenerCount('data') > 0) socket.resume();
    };
    const timer = setTimeout(refuse, waitMs);
    socket.on('data', onData).on('end', refuse).on('close', stop);
  };

  return (socket) => (settings().proxyProtocol === 'required' ? read(socket) : serve(socket));
}

function viewOf({ version, command, source, destination, tlvs }: ProxyHeader): ProxyView {
  const place = (end: ProxyEndpoint | null) => (end === null ? null : hostPort(end.address, end.port));
  return {
    version,
    command,
    source: place(source),
    destination: place(destination),
    tlvs: tlvs.map(({ type, value }) => ({
      type: `0x${type.toString(16).padStart(2, '0')}`,
      value: textOf(value),
    })),
  };
}

/** Names as text, everything else in hexadecimal. */
function textOf(value: Buffer): string {
  const text = value.toString('latin1');
  return /^[\x20-\x7e]+$/.test(text) ? text : value.toString('hex');
}
