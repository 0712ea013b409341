//  first bytes --> [PROXY header, where expected] --> [ClientHello, only looked at] --> a target may be chosen
import { parseClientHello } from '../wire/client-hello.ts';
import type { ClientHello } from '../wire/client-hello.ts';
import { createHeadReader } from '../wire/head.ts';
import type { Head, HeadReader } from '../wire/head.ts';
import { parseProxyHeader } from '../wire/proxy-header.ts';
import type { ProxyHeader } from '../wire/proxy-header.ts';

/** What must be known before a target is chosen, and how long it may take; null: it is not asked for. */
export interface Wanted {
  readonly proxyMs: number | null;
  readonly helloMs: number | null;
}

export interface Opened {
  readonly header: ProxyHeader | null;
  readonly hello: ClientHello | null;
  /** The client's own bytes so far, to be handed on as they came. */
  readonly rest: Buffer;
}

export interface Opening {
  feed(chunk: Buffer): void;
  /** The client has finished sending: what is not there will not come. */
  end(): void;
  cancel(): void;
}

/**
 * Reads what stands before the traffic. A missing or malformed PROXY header refuses the connection, since whoever was
 * let in without one could claim any address; a missing ClientHello does not: TCP that is not TLS has none.
 */
export function readOpening(
  wanted: Wanted,
  opened: (what: Opened) => void,
  refused: (why: string) => void,
): Opening {
  let header: ProxyHeader | null = null;
  let proxy: HeadReader<ProxyHeader> | null = null;
  let hello: HeadReader<ClientHello> | null = null;
  let timer: NodeJS.Timeout | undefined;

  const finish = (seen: ClientHello | null, rest: Buffer) => {
    cancel();
    opened({ header, hello: seen, rest });
  };
  const refuse = (why: string) => {
    cancel();
    refused(why);
  };
  const cancel = () => {
    clearTimeout(timer);
    proxy = null;
    hello = null;
  };

  const readHello = (first: Buffer) => {
    if (wanted.helloMs === null) {
      finish(null, first);
      return;
    }
    const reader = createHeadReader(parseClientHello);
    hello = reader;
    timer = setTimeout(() => finish(null, reader.taken()), wanted.helloMs);
    if (first.length > 0) onHello(reader, reader.feed(first));
  };
  const onHello = (reader: HeadReader<ClientHello>, head: Head<ClientHello>) => {
    if (head.kind !== 'more') finish(head.kind === 'read' ? head.value : null, reader.taken());
  };
  const onProxy = (reader: HeadReader<ProxyHeader>, head: Head<ProxyHeader>) => {
    if (head.kind === 'bad') refuse(head.why);
    if (head.kind !== 'read') return;
    cancel();
    header = head.value;
    readHello(reader.taken().subarray(head.length));
  };

  if (wanted.proxyMs === null) readHello(Buffer.alloc(0));
  else {
    proxy = createHeadReader(parseProxyHeader);
    timer = setTimeout(() => refuse('no PROXY header in time'), wanted.proxyMs);
  }
  return {
    feed(chunk) {
      if (proxy !== null) onProxy(proxy, proxy.feed(chunk));
      else if (hello !== null) onHello(hello, hello.feed(chunk));
    },
    end() {
      if (proxy !== null) refuse('the client finished without a PROXY header');
      else if (hello !== null) finish(null, hello.taken());
    },
    cancel,
  };
}
