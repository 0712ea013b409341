import type { Channel, Message } from './channel.ts';

/** Longest message that is read from a window: a pasted page into a terminal fits, a runaway does not. */
export const maxMessageChars = 4 * 1024 * 1024;

/** Every channel carries JSON text, so that what crosses one crosses them all, and in the same form. */
export function encode(message: Message): string {
  return JSON.stringify(message);
}

/** The message in a piece of wire text, or null: what came from outside is checked to the last field. */
export function decode(wire: unknown): Message | null {
  if (typeof wire !== 'string' || wire.length > maxMessageChars) return null;
  let value: unknown;
  try {
    value = JSON.parse(wire);
  } catch {
    return null;
  }
  return isMessage(value) ? value : null;
}

type FieldType = 'string' | 'number' | 'any';

const shapes: Readonly<Record<Message['k'], Readonly<Record<string, FieldType>>>> = {
  call: { id: 'number', name: 'string', params: 'any' },
  ok: { id: 'number', value: 'any' },
  err: { id: 'number', error: 'any' },
  sub: { topic: 'string', key: 'string' },
  unsub: { topic: 'string', key: 'string' },
  topic: { topic: 'string', key: 'string', value: 'any' },
  ready: { topic: 'string', key: 'string' },
  text: { stream: 'string', text: 'string' },
  taken: { stream: 'string', count: 'number' },
  end: { stream: 'string', reason: 'string' },
};

function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null || !('k' in value)) return false;
  const { k } = value;
  if (typeof k !== 'string' || !Object.hasOwn(shapes, k)) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  return Object.entries(shapes[k as Message['k']]).every(
    ([field, type]) => type === 'any' || typeof fields[field] === type,
  );
}

/** What a transport of text gives to become a channel: a socket, a port, a queue. */
export interface TextTransport {
  send(text: string): void;
  close(): void;
}

export interface TextChannel {
  readonly channel: Channel;
  /** The transport calls this with what it received; text that is no message is dropped. */
  readonly receive: (wire: unknown) => void;
  /** The transport calls this when it is gone, however that came about. */
  readonly closed: () => void;
}

/** The part that all channels over text share. Closing is told once, to both sides, and is final. */
export function textChannel(transport: TextTransport): TextChannel {
  const messages: ((message: Message) => void)[] = [];
  const closings: (() => void)[] = [];
  let open = true;
  const closed = (): void => {
    if (!open) return;
    open = false;
    for (const listener of closings) listener();
  };
  return {
    channel: {
      post: (message) => {
        if (open) transport.send(encode(message));
      },
      on: (listener) => {
        messages.push(listener);
      },
      onClose: (listener) => {
        // Whoever listens too late still hears of it, or would wait for ever.
        if (open) closings.push(listener);
        else queueMicrotask(listener);
      },
      close: () => {
        if (!open) return;
        transport.close();
        closed();
      },
    },
    receive: (wire) => {
      const message = open ? decode(wire) : null;
      if (message === null) return;
      for (const listener of messages) listener(message);
    },
    closed,
  };
}
