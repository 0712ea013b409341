import { writeFileSync } from 'node:fs';
import { mqttConfigSchema, mqttSettingsSchema } from '../../protocol/peers/stores.ts';
import { startSystem } from '../system.ts';
import { storeRole } from './store.ts';

const configFile = '/tmp/mosquitto.conf';
/** The broker tells its figures every second; three without a word, and it does not answer. */
const staleMs = 3000;

/** Mosquitto. Its statistics are messages, under $SYS; a subscriber reads them like anyone else. */
export const mqttRole = storeRole({
  role: 'mqtt',
  schema: mqttConfigSchema,
  settings: mqttSettingsSchema,
  start({ listen }) {
    writeFileSync(
      configFile,
      `listener ${listen.port} ${listen.address}\nallow_anonymous true\npersistence false\nsys_interval 1\nlog_dest stdout\n`,
    );
    const system = startSystem('/usr/sbin/mosquitto', ['-c', configFile]);
    const topics = new Map<string, number>();
    let heardAt = 0;
    const hear = (line: string): boolean => {
      const [topic = '', value = ''] = line.split(' ');
      topics.set(topic.replace('$SYS/broker/', ''), Number.parseFloat(value));
      heardAt = Date.now();
      return false;
    };
    // It tries again by itself for as long as the broker is not there.
    const args = ['-h', listen.address, '-p', String(listen.port), '-t', '$SYS/broker/#', '-v'];
    const reader = startSystem(
      'sh',
      ['-c', 'until mosquitto_sub "$@" 2> /dev/null; do sleep 0.1; done', 'sh', ...args],
      hear,
    );
    return {
      system,
      endSignal: 'SIGTERM',
      ask() {
        if (Date.now() - heardAt > staleMs) return Promise.reject(new Error('the broker has said nothing'));
        return Promise.resolve(figuresOf(topics));
      },
      close: () => void reader.stop('SIGTERM', 500),
    };
  },
});

/** The one subscriber that reads the statistics is no client of the lab's. */
export function figuresOf(topics: ReadonlyMap<string, number>): Record<string, number> {
  const value = (name: string) => topics.get(name) ?? 0;
  return {
    clients: Math.max(0, value('clients/connected') - 1),
    received: value('publish/messages/received'),
    sent: value('messages/sent'),
    bytesReceived: value('bytes/received'),
  };
}
