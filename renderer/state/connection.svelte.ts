import { BlindspotError } from '../../electron/contract/errors.ts';
import type { Params, RequestName, Result, TopicName, Topics } from '../../electron/contract/requests.ts';
import { client } from '../../electron/rpc/client.ts';
import type { Client, ClientStream } from '../../electron/rpc/client.ts';
import type { OpenChannel } from '../channel.ts';

export interface Connection {
  readonly phase: 'connecting' | 'open' | 'gone';
  /** Failed attempts since the host was last there. */
  readonly attempts: number;
  call<N extends RequestName>(name: N, params: Params<N>): Promise<Result<N>>;
  /** Outlives the channel: a new one is subscribed again. */
  subscribe<T extends TopicName>(topic: T, listener: (value: Topics[T]) => void, key?: string): () => void;
  stream(id: string): ClientStream | null;
  retry(): void;
  close(): void;
}

const longestPauseMs = 5000;

/** The host as the window knows it, through as many channels as it takes. */
export function connect(open: OpenChannel): Connection {
  let phase = $state<Connection['phase']>('connecting');
  let attempts = $state(0);
  let current: Client | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- bookkeeping that nothing on screen reads
  const waiting = new Set<() => void>();
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- bookkeeping that nothing on screen reads
  const subscriptions = new Set<{ attach: (to: Client) => void }>();

  const attempt = async (): Promise<void> => {
    clearTimeout(timer);
    try {
      const next = client(await open());
      current = next;
      next.onClose(lost);
      phase = 'open';
      attempts = 0;
      for (const { attach } of subscriptions) attach(next);
      for (const proceed of waiting) proceed();
      waiting.clear();
    } catch {
      lost();
    }
  };

  const lost = (): void => {
    current = null;
    if (closed) return;
    phase = 'gone';
    attempts += 1;
    for (const proceed of waiting) proceed();
    waiting.clear();
    timer = setTimeout(() => void attempt(), Math.min(longestPauseMs, 250 * 2 ** Math.min(attempts, 5)));
  };

  void attempt();

  return {
    get phase() {
      return phase;
    },
    get attempts() {
      return attempts;
    },
    async call(name, params) {
      if (phase === 'connecting') await new Promise<void>((resolve) => waiting.add(resolve));
      if (current === null) {
        throw new BlindspotError({
          code: 'channel-closed',
          message: 'The connection to the Blindspot host is gone.',
          next: 'It is tried again by itself; nothing was sent.',
        });
      }
      return current.call(name, params);
    },
    subscribe(topic, listener, key = '') {
      let end: (() => void) | undefined;
      const subscription = {
        attach: (to: Client) => {
          end = to.subscribe(topic, listener, key);
        },
      };
      subscriptions.add(subscription);
      if (current !== null) subscription.attach(current);
      return () => {
        subscriptions.delete(subscription);
        end?.();
      };
    },
    stream: (id) => current?.stream(id) ?? null,
    retry() {
      if (phase === 'gone') void attempt();
    },
    close() {
      closed = true;
      clearTimeout(timer);
      current?.close();
    },
  };
}
