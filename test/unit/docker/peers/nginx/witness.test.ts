import { describe, expect, it } from 'vitest';
import { createEventRing } from '../../../../../docker/lib/event-ring.ts';
import { createRequestRing } from '../../../../../docker/lib/request-ring.ts';
import { createWitness } from '../../../../../docker/peers/nginx/witness.ts';
import { createRequestTally } from '../../../../../docker/peers/request-tally.ts';
import { nginxSettingsSchema } from '../../../../../docker/protocol/peers/nginx.ts';

const settings = nginxSettingsSchema.parse({
  targets: [
    { id: 'a', address: '10.0.0.2', port: 80 },
    { id: 'b', address: '10.0.0.3', port: 80 },
  ],
});

function request(address: string, answered: boolean) {
  return {
    ...{ client: 'c', id: 'r', status: answered ? 200 : 502, request: '', received: 10, sent: 20, ms: 1 },
    attempts: [{ address, connected: answered, answered, bytesTo: 10, bytesFrom: 20 }],
  };
}

describe('what NGINX’s logs say', () => {
  it('takes a target for gone by the warning, and for back by the first answer after it', () => {
    let now = 1000;
    const events = createEventRing(() => now);
    const context = { node: 'real', events, records: createRequestRing(1), now: () => now };
    const witness = createWitness(context, () => settings, createRequestTally());
    witness.access(request('10.0.0.2:80', true));
    witness.disabled('10.0.0.2:80');
    // Written before the warning, read after it.
    now += 100;
    witness.access(request('10.0.0.2:80', true));
    expect(witness.stats().targets.a?.state).toBe('unhealthy');
    now += 10_000;
    witness.access(request('10.0.0.2:80', false));
    expect(witness.stats().targets.a?.state).toBe('unhealthy');
    witness.access(request('10.0.0.2:80', true));
    expect(events.after(0)).toMatchObject([
      { type: 'health', target: 'a', to: 'unhealthy', code: 'PASSIVE' },
      { type: 'health', target: 'a', to: 'healthy', code: 'PASSIVE' },
    ]);
    expect(witness.stats()).toMatchObject({
      real: 'nginx',
      requests: { answered: 4, own: { refused: 1 } },
      targets: { a: { connections: { opened: 3, failed: 1 } }, b: { state: 'healthy' } },
    });
  });
});
