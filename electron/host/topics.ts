import type { TopicName, Topics } from '../contract/requests.ts';

type Provider<T extends TopicName> = (key: string) => Topics[T];

interface Listener {
  readonly topic: TopicName;
  readonly key: string;
  readonly tell: (value: never) => void;
}

/**
 * Topics hold whole values, made only when somebody listens. `touch` says that a value has changed; after a burst of
 * touches the listeners get one value, at most one each `everyMs`.
 */
export class TopicHub {
  private readonly providers = new Map<
    TopicName,
    { readonly everyMs: number; readonly value: Provider<never> }
  >();
  private readonly listeners = new Set<Listener>();
  private readonly due = new Map<string, NodeJS.Timeout>();
  private readonly watchers = new Set<(topic: TopicName, key: string, count: number) => void>();

  provide<T extends TopicName>(topic: T, everyMs: number, value: Provider<T>): void {
    this.providers.set(topic, { everyMs, value: value as Provider<never> });
  }

  subscribe<T extends TopicName>(topic: T, key: string, tell: (value: Topics[T]) => void): () => void {
    const listener: Listener = { topic, key, tell: tell };
    this.listeners.add(listener);
    this.announce(topic, key);
    const provider = this.providers.get(topic);
    if (provider !== undefined) listener.tell(provider.value(key));
    return () => {
      if (this.listeners.delete(listener)) this.announce(topic, key);
    };
  }

  touch(topic: TopicName, key = ''): void {
    const id = `${topic}/${key}`;
    if (this.due.has(id) || this.count(topic, key) === 0) return;
    const provider = this.providers.get(topic);
    if (provider === undefined) return;
    const flush = (): void => {
      this.due.delete(id);
      this.flush(topic, key, provider.value);
    };
    this.due.set(id, setTimeout(flush, provider.everyMs).unref());
  }

  /** Hears when a topic gains its first listener or loses its last: some values are gathered only while watched. */
  onInterest(watcher: (topic: TopicName, key: string, count: number) => void): void {
    this.watchers.add(watcher);
  }

  close(): void {
    for (const timer of this.due.values()) clearTimeout(timer);
    this.due.clear();
    this.listeners.clear();
  }

  private count(topic: TopicName, key: string): number {
    let count = 0;
    for (const listener of this.listeners) if (listener.topic === topic && listener.key === key) count++;
    return count;
  }

  private flush(topic: TopicName, key: string, value: Provider<never>): void {
    const present = value(key);
    for (const listener of this.listeners) {
      if (listener.topic === topic && listener.key === key) listener.tell(present);
    }
  }

  private announce(topic: TopicName, key: string): void {
    const count = this.count(topic, key);
    for (const watcher of this.watchers) watcher(topic, key, count);
  }
}
