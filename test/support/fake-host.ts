import { BlindspotError } from '../../electron/contract/errors.ts';
import type {
  ByteSource,
  Caller,
  Host,
  Params,
  RequestName,
  Result,
  TopicName,
  Topics,
} from '../../electron/contract/requests.ts';
import type { Channel } from '../../electron/rpc/channel.ts';
import { channelPair } from '../../electron/rpc/pair.ts';
import { serve } from '../../electron/rpc/serve.ts';

type Answers = { [N in RequestName]?: (params: Params<N>, caller: Caller) => Result<N> | Promise<Result<N>> };

/** A host whose every word a test puts in its mouth, behind the real protocol. */
export interface FakeHost {
  readonly calls: readonly { readonly name: RequestName; readonly params: unknown }[];
  answer<N extends RequestName>(name: N, give: NonNullable<Answers[N]>): void;
  publish<T extends TopicName>(topic: T, value: Topics[T], key?: string): void;
  subscribers(topic: TopicName, key?: string): number;
  /** Opens one more channel to this host, as a window does. */
  open(): Promise<Channel>;
  /** Cuts every channel, as a host that dies. */
  cut(): void;
}

export function fakeHost(): FakeHost {
  const answers: Answers = {};
  const calls: { name: RequestName; params: unknown }[] = [];
  const values = new Map<string, unknown>();
  const listeners = new Map<string, Set<(value: never) => void>>();
  const channels: Channel[] = [];
  const idOf = (topic: string, key: string): string => `${topic}/${key}`;

  const host: Host = {
    async call(name, params, caller) {
      calls.push({ name, params });
      const give = answers[name];
      if (give === undefined) {
        throw new BlindspotError({ code: 'not-found', message: `The test gave no answer for ${name}.` });
      }
      return await give(params, caller);
    },
    subscribe(topic, key, listener) {
      const id = idOf(topic, key);
      const set = listeners.get(id) ?? new Set();
      listeners.set(id, set.add(listener));
      if (values.has(id)) listener(values.get(id) as never);
      return () => set.delete(listener);
    },
    dispose: () => Promise.resolve(),
  };

  return {
    calls,
    answer(name, give) {
      Object.assign(answers, { [name]: give });
    },
    publish(topic, value, key = '') {
      values.set(idOf(topic, key), value);
      for (const listener of listeners.get(idOf(topic, key)) ?? []) listener(value as never);
    },
    subscribers: (topic, key = '') => listeners.get(idOf(topic, key))?.size ?? 0,
    open() {
      const [mine, theirs] = channelPair();
      channels.push(mine);
      serve(host, mine);
      return Promise.resolve(theirs);
    },
    cut() {
      for (const channel of channels.splice(0)) channel.close();
    },
  };
}

/** A terminal that a test speaks for. */
export interface FakeTerminal extends ByteSource {
  readonly written: readonly string[];
  say(text: string): void;
  end(reason: string): void;
}

export function fakeTerminal(): FakeTerminal {
  const written: string[] = [];
  let text: (text: string) => void = () => undefined;
  let ended: (reason: string) => void = () => undefined;
  return {
    written,
    say: (words) => text(words),
    end: (reason) => ended(reason),
    onText: (listener) => (text = listener),
    onEnd: (listener) => (ended = listener),
    write: (typed) => written.push(typed),
    resize: () => Promise.resolve(),
    pause: () => undefined,
    resume: () => undefined,
    close: () => undefined,
  };
}
