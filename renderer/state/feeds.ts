import { createSubscriber } from 'svelte/reactivity';
import type { TopicName, Topics } from '../../electron/contract/requests.ts';
import type { Connection } from './connection.svelte.ts';

/** A topic's newest value; undefined until the host has sent one. Subscribed only while something on screen reads it. */
export interface Feed<T> {
  readonly value: T | undefined;
}

export interface Feeds {
  readonly app: Feed<Topics['app']>;
  readonly session: Feed<Topics['session']>;
  readonly guide: Feed<Topics['guide']>;
  readonly health: Feed<Topics['health']>;
  readonly requests: Feed<Topics['requests']>;
  readonly users: Feed<Topics['users']>;
  readonly policies: Feed<Topics['policies']>;
  readonly connections: Feed<Topics['connections']>;
  readonly kernel: Feed<Topics['kernel']>;
  readonly timeline: Feed<Topics['timeline']>;
  readonly ledger: Feed<Topics['ledger']>;
  readonly budget: Feed<Topics['budget']>;
  readonly recording: Feed<Topics['recording']>;
  readonly capture: Feed<Topics['capture']>;
  readonly controls: Feed<Topics['controls']>;
  logs(node: string): Feed<Topics['logs']>;
  picks(node: string): Feed<Topics['picks']>;
}

export function createFeeds(connection: Connection): Feeds {
  return {
    app: feed(connection, 'app'),
    session: feed(connection, 'session'),
    guide: feed(connection, 'guide'),
    health: feed(connection, 'health'),
    requests: feed(connection, 'requests'),
    users: feed(connection, 'users'),
    policies: feed(connection, 'policies'),
    connections: feed(connection, 'connections'),
    kernel: feed(connection, 'kernel'),
    timeline: feed(connection, 'timeline'),
    ledger: feed(connection, 'ledger'),
    budget: feed(connection, 'budget'),
    recording: feed(connection, 'recording'),
    capture: feed(connection, 'capture'),
    controls: feed(connection, 'controls'),
    logs: (node) => feed(connection, 'logs', node),
    picks: (node) => feed(connection, 'picks', node),
  };
}

function feed<T extends TopicName>(connection: Connection, topic: T, key = ''): Feed<Topics[T]> {
  let value: Topics[T] | undefined;
  const use = createSubscriber((update) => {
    const end = connection.subscribe(
      topic,
      (next) => {
        value = next;
        update();
      },
      key,
    );
    return () => {
      end();
      // An old value would be shown as the present one when a view comes back.
      value = undefined;
    };
  });
  return {
    get value() {
      use();
      return value;
    },
  };
}
