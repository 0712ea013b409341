import { describe, expect, it } from 'vitest';
import { createEventRing } from '../../../../../docker/lib/event-ring.ts';
import { createRequestRing } from '../../../../../docker/lib/request-ring.ts';
import { createWitness } from '../../../../../docker/peers/haproxy/witness.ts';
import { createRequestTally } from '../../../../../docker/peers/request-tally.ts';
import { haproxySettingsSchema } from '../../../../../docker/protocol/peers/haproxy.ts';

const settings = haproxySettingsSchema.parse({ targets: [{ id: 'b', address: '10.0.0.2', port: 80 }] });

function witness() {
  const events = createEventRing(() => 1000);
  const context = { node: 'real', events, records: createRequestRing(1), now: () => 1000 };
  return { events, made: createWitness(context, () => settings, createRequestTally()) };
}

function row(status: string, code: string, health: number, more: object = {}) {
  const server = {
    ...{ pxname: 'targets', svname: 'b', status, check_status: code, check_code: '500' },
    ...{ check_desc: 'Layer7 wrong status', check_rise: '2', check_fall: '3', check_health: String(health) },
    ...{ connect: '10', econ: '0', wretr: '0', ...more },
  };
  return [server];
}

describe('what HAProxy’s statistics say', () => {
  it('becomes one event for each result that it shows, and one when its verdict changes', () => {
    const { events, made } = witness();
    made.read(row('UP', 'INI', 4));
    made.read(row('UP 2/3', 'L7STS', 3));
    made.read(row('UP 2/3', 'L7STS', 3));
    made.read(row('DOWN', 'L7STS', 0));
    const told = events.after(0).map((event) => (event.type === 'health' ? `to ${event.to}` : event.type));
    expect(told).toEqual(['to healthy', 'probe', 'probe', 'to unhealthy']);
    expect(made.stats().targets.b).toMatchObject({
      state: 'unhealthy',
      reason: 'L7STS HTTP 500',
      failures: 3,
    });
  });

  it('goes on counting over a reload, and takes what the new process was handed for no new result', () => {
    const { events, made } = witness();
    made.read(row('DOWN', 'L7STS', 0));
    const before = events.last;
    made.newProcess();
    made.read(row('DOWN', 'L7OK', 0, { connect: '5' }));
    expect(made.stats().targets.b?.connections.opened).toBe(15);
    expect(events.last).toBe(before);
  });
});
