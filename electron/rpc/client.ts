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
      stream = { texts: [], ends: [], early: '', ended: null };
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
        for (const listener of topic.listeners) listener(message.value as never);
        channel.post({ k: 'ready', topic: message.topic, key: message.key });
        break;
      }
      case 'text': {
        const stream = streamOf(message.stream);
        if (stream.texts.length === 0) stream.early += message.text;
        for (const listener of stream.texts) listener(message.text);
        break;
      }
      case 'end': {
        const stream = streamOf(message.stream);
        stream.ended = message.reason;
        for (const listener of stream.ends) listener(message.reason);
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
    for (const stream of streams.values()) for (const end of stream.ends) end(closed.message);
    for (const listener of closings) listener();
  });

  return {
    call(name, params) {
      if (!open) return Promise.reject(new BlindspotError(closed));
      const id = nextId++;
      return new Promise((resolve, reject) => {
        pending.set(id, { resolve, reject });
        channel.post({ k: 'call', id, name, params });
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
          streams.delete(id);
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

function readError(wire: unknown): ErrorShape {
  if (typeof wire === 'object' && wire !== null && 'code' in wire && 'message' in wire) {
    const { code, message } = wire;
    if (typeof message === 'string' && (errorCodes as readonly unknown[]).includes(code))
      return wire as ErrorShape;
  }
  return { code: 'internal', message: `An error that this version cannot read: ${JSON.stringify(wire)}` };
}
