import { toErrorShape, BlindspotError } from '../contract/errors.ts';
import { requests, topicNames } from '../contract/requests.ts';
import type { ByteSource, Caller, Host, RequestName, TopicName } from '../contract/requests.ts';
import type { Channel, Message } from './channel.ts';

/** Characters a terminal may be ahead of its reader before it is paused. */
const streamWindow = 256 * 1024;

/**
 * Serves one host over one channel. Names come from the contract's own lists, parameters are validated, and a topic's
 * next value waits until the window has said it can take it: a slow window gets the newest value, never a queue.
 */
export function serve(host: Host, channel: Channel): void {
  const subscriptions = new Map<string, Subscription>();
  const streams = new Streams(channel);
  channel.on((message) => {
    switch (message.k) {
      case 'call':
        void answer(host, channel, streams, message);
        break;
      case 'sub':
        subscribe(host, channel, subscriptions, message.topic, message.key);
        break;
      case 'unsub':
        subscriptions.get(topicId(message.topic, message.key))?.end();
        subscriptions.delete(topicId(message.topic, message.key));
        break;
      case 'ready':
        subscriptions.get(topicId(message.topic, message.key))?.ready();
        break;
      case 'text':
        streams.stream(message.stream)?.write(message.text);
        break;
      case 'taken':
        streams.taken(message.stream, message.count);
        break;
      case 'end':
        streams.close(message.stream);
        break;
      default:
        break;
    }
  });
  channel.onClose(() => {
    for (const subscription of subscriptions.values()) subscription.end();
    subscriptions.clear();
    streams.shut();
  });
}

async function answer(
  host: Host,
  channel: Channel,
  caller: Caller,
  { id, name, params }: Message & { k: 'call' },
): Promise<void> {
  try {
    if (!isRequestName(name)) {
      throw new BlindspotError({ code: 'unknown-request', message: `There is no request named "${name}".` });
    }
    const parsed = requests[name].params.safeParse(params);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new BlindspotError({
        code: 'bad-request',
        message: `${name}: ${issue?.message ?? 'wrong parameters'}`,
        where: issue?.path.join('.') ?? '',
      });
    }
    const value = await host.call(name, parsed.data, caller);
    channel.post({ k: 'ok', id, value });
  } catch (thrown) {
    channel.post({ k: 'err', id, error: toErrorShape(thrown) });
  }
}

interface Subscription {
  readonly ready: () => void;
  readonly end: () => void;
}

function subscribe(
  host: Host,
  channel: Channel,
  subscriptions: Map<string, Subscription>,
  topic: string,
  key: string,
): void {
  const id = topicId(topic, key);
  if (!isTopicName(topic) || subscriptions.has(id)) return;
  let waiting: { readonly value: unknown } | null = null;
  let free = true;
  const send = (value: unknown): void => {
    free = false;
    channel.post({ k: 'topic', topic, key, value });
  };
  let stop: () => void;
  try {
    stop = host.subscribe(topic, key, (value) => {
      if (free) send(value);
      else waiting = { value };
    });
  } catch {
    // A key that does not exist has no values: the window shows no data. Other topics live on.
    return;
  }
  subscriptions.set(id, {
    ready: () => {
      free = true;
      if (waiting === null) return;
      const { value } = waiting;
      waiting = null;
      send(value);
    },
    end: stop,
  });
}

/** The terminals of one channel, with flow control by credit. */
class Streams implements Caller {
  private readonly open = new Map<string, { readonly source: ByteSource; ahead: number; paused: boolean }>();
  private next = 1;
  private over = false;
  private readonly channel: Channel;

  constructor(channel: Channel) {
    this.channel = channel;
  }

  readonly openStream = (source: ByteSource): string => {
    const id = `s${this.next++}`;
    // The window went while its terminal was being opened: nobody would ever close it.
    if (this.over) {
      source.close();
      return id;
    }
    const entry = { source, ahead: 0, paused: false };
    this.open.set(id, entry);
    source.onText((text) => {
      if (!this.open.has(id)) return;
      entry.ahead += text.length;
      if (!entry.paused && entry.ahead > streamWindow) {
        entry.paused = true;
        source.pause();
      }
      this.channel.post({ k: 'text', stream: id, text });
    });
    source.onEnd((reason) => {
      if (this.open.delete(id)) this.channel.post({ k: 'end', stream: id, reason });
    });
    return id;
  };

  readonly stream = (id: string): ByteSource | undefined => this.open.get(id)?.source;

  taken(id: string, count: number): void {
    const entry = this.open.get(id);
    if (entry === undefined || !Number.isFinite(count)) return;
    entry.ahead = Math.max(0, entry.ahead - count);
    if (entry.paused && entry.ahead < streamWindow / 2) {
      entry.paused = false;
      entry.source.resume();
    }
  }

  close(id: string): void {
    const entry = this.open.get(id);
    if (entry === undefined) return;
    this.open.delete(id);
    entry.source.close();
    this.channel.post({ k: 'end', stream: id, reason: 'closed' });
  }

  shut(): void {
    this.over = true;
    for (const id of [...this.open.keys()]) this.close(id);
  }
}

function topicId(topic: string, key: string): string {
  return key === '' ? topic : `${topic}/${key}`;
}

function isRequestName(name: string): name is RequestName {
  return Object.hasOwn(requests, name);
}

function isTopicName(name: string): name is TopicName {
  return (topicNames as readonly string[]).includes(name);
}
