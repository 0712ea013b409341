import { BlindspotError, errorCodes } from '../contract/errors.ts';
import type { ErrorShape } from '../contract/errors.ts';
import type { Params, RequestName, Result, TopicName, Topics } from '../contract/requests.ts';
import type { Channel } from './channel.ts';

export interface ClientStream {
  onText(listener: (text: string) => void): void;
  onEnd(listener: (reason: string) => void): void;
  write(text: string): void;
  /** Says that this many characters have been drawn; without it the source stops. */
  taken(count: number): void;
  close(): void;
}

export interface Client {
  call<N extends RequestName>(name: N, params: Params<N>): Promise<Result<N>>;
  /** The listener gets the present value at once and the newest after a burst. Returns its own end. */
  subscribe<T extends TopicName>(topic: T, listener: (value: Topics[T]) => void, key?: string): () => void;
  stream(id: string): ClientStream;
  onClose(listener: () => void): void;
  close(): void;
}

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: BlindspotError) => void;
}

interface Topic {
  readonly listeners: Set<(value: never) => void>;
  last: { readonly value: unknown } | null;
}

interface OpenStream {
  readonly texts: ((text: string) => void)[];
  readonly ends: ((reason: string) => void)[];
  early: string;
  ended: string | null;
  /** Closed from here: what is still under way is dropped until the host says `end`. */
  closing: boolean;
}

const closed: ErrorShape = {
  code: 'channel-closed',
  message: 'The connection to the Blindspot host is gone.',
  next: 'Start Blindspot again; a lab that was up is offered for adoption.',
};

/** The host seen through a channel. It cannot tell IPC from WebSocket. */
export function client(channel: Channel): Client {
  const pending = new Map<number, Pending>();
  const topics = new Map<string, Topic>();
  const streams = new Map<string, OpenStream>();
  const closings: (() => void)[] = [];
  let nextId = 1;
  let open = true;

  const streamOf = (id: string): OpenStream => {
    let stream = streams.get(id);
    if (stream === undefined) {
      stream = { texts: [], ends: [], early: '', ended: null, closing: false };
      streams.set(id, stream);
    }
    return stream;
  };

  channel.on((message) => {
    switch (message.k) {
      case 'ok':
        pending.get(message.id)?.resolve(message.value as never);
        pending.delete(message.id);
        break;
      case 'err':
        pending.get(message.id)?.reject(new BlindspotError(readError(message.error)));
        pending.delete(message.id);
        break;
      case 'topic': {
        const topic = topics.get(`${message.topic}/${message.key}`);
        if (topic === undefined) break;
        topic.last = { value: message.value };
        // A listener that throws must not stop the topic for good: the host waits for `ready`.
        try {
          for (const listener of topic.listeners) listener(message.value as never);
        } finally {
          channel.post({ k: 'ready', topic: message.topic, key: message.key });
        }
        break;
      }
      case 'text': {
        const stream = streamOf(message.stream);
        if (stream.closing) break;
        if (stream.texts.length === 0) stream.early += message.text;
        for (const listener of stream.texts) listener(message.text);
        break;
      }
      case 'end': {
        const stream = streamOf(message.stream);
        stream.ended = message.reason;
        for (const listener of stream.ends) listener(message.reason);
        // Kept only for a reader that has not come yet: an answer to `terminal.open` that is still on its way.
        if (stream.closing || stream.ends.length > 0) streams.delete(message.stream);
        break;
      }
      default:
        break;
    }
  });

  channel.onClose(() => {
    open = false;
    for (const { reject } of pending.values()) reject(new BlindspotError(closed));
    pending.clear();
    for (const stream of streams.values()) {
      if (stream.ended !== null || stream.closing) continue;
      stream.ended = closed.message;
      for (const end of stream.ends) end(closed.message);
    }
    streams.clear();
    for (const listener of closings) listener();
  });

  return {
    call(name, params) {
      if (!open) return Promise.reject(new BlindspotError(closed));
      const id = nextId++;
      const plain = plainJson(name, params);
      if (plain instanceof BlindspotError) return Promise.reject(plain);
      return new Promise((resolve, reject) => {
        pending.set(id, { resolve, reject });
        channel.post({ k: 'call', id, name, params: plain });
      });
    },

    subscribe(name, listener, key = '') {
      const id = `${name}/${key}`;
      let topic = topics.get(id);
      if (topic === undefined) {
        topic = { listeners: new Set(), last: null };
        topics.set(id, topic);
        channel.post({ k: 'sub', topic: name, key });
      }
      topic.listeners.add(listener);
      if (topic.last !== null) listener(topic.last.value as never);
      return () => {
        const present = topics.get(id);
        if (present === undefined) return;
        present.listeners.delete(listener);
        if (present.listeners.size > 0) return;
        topics.delete(id);
        channel.post({ k: 'unsub', topic: name, key });
      };
    },

    stream(id) {
      const stream = streamOf(id);
      return {
        onText: (listener) => {
          stream.texts.push(listener);
          if (stream.early !== '') listener(stream.early);
          stream.early = '';
        },
        onEnd: (listener) => {
          stream.ends.push(listener);
          if (stream.ended !== null) listener(stream.ended);
        },
        write: (text) => {
          channel.post({ k: 'text', stream: id, text });
        },
        taken: (count) => {
          channel.post({ k: 'taken', stream: id, count });
        },
        close: () => {
          if (stream.ended !== null || stream.closing) return;
          stream.closing = true;
          channel.post({ k: 'end', stream: id, reason: 'closed' });
        },
      };
    },

    onClose(listener) {
      closings.push(listener);
    },

    close() {
      channel.close();
    },
  };
}

/** A copy without reactive proxies or class instances, which Electron's context bridge refuses. */
function plainJson(name: string, params: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(params)) as unknown;
  } catch (cause) {
    return new BlindspotError(
      { code: 'bad-request', message: `${name}: the parameters are not plain JSON.` },
      cause,
    );
  }
}

function readError(wire: unknown): ErrorShape {
  if (typeof wire === 'object' && wire !== null && 'code' in wire && 'message' in wire) {
    const { code, message } = wire;
    if (typeof message === 'string' && (errorCodes as readonly unknown[]).includes(code))
      return wire as ErrorShape;
  }
  return { code: 'internal', message: `An error that this version cannot read: ${JSON.stringify(wire)}` };
}
