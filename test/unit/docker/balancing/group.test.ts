import { describe, expect, it } from 'vitest';
import { createGroup } from '../../../../docker/balancing/group.ts';
import type { LetGo } from '../../../../docker/balancing/member.ts';
import { l4SettingsSchema } from '../../../../docker/protocol/balancer.ts';
import type { L4Patch } from '../../../../docker/protocol/balancer.ts';
import type { NewEvent } from '../../../../docker/protocol/events.ts';
import { manualClock } from '../../../support/manual-clock.ts';

const flow = {
  protocol: 'tcp',
  sourceAddress: 'c',
  sourcePort: 1,
  destinationAddress: 'b',
  destinationPort: 2,
} as const;
const healthCheck = {
  protocol: 'http',
  intervalMs: 1000,
  timeoutMs: 500,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
} as const;

function bench(patch: L4Patch = {}, ids = ['a', 'b', 'c']) {
  const clock = manualClock();
  const sick = new Set<string>();
  const events: NewEvent[] = [];
  const targets = ids.map((id, index) => ({ id, address: id, port: index + 1 }));
  const settings = (more: L4Patch = {}) =>
    l4SettingsSchema.parse({ healthCheck, targets, ...patch, ...more });
  const group = createGroup(settings(), {
    clock,
    random: () => 0.5,
    listener: 'front:80',
    emit: (event) => events.push(event),
    probe: ({ address }) =>
      Promise.resolve(
        sick.has(address)
          ? { ok: false, code: 'L7STS', detail: 'HTTP 500', durationMs: 1 }
          : { ok: true, code: 'L7OK', detail: 'HTTP 200', durationMs: 1 },
      ),
  });
  const member = (id: string) => {
    const found = group.members.find((one) => one.id === id);
    if (found === undefined) throw new Error(`no ${id}`);
    return found;
  };
  /** A connection of a target, and how it was let go. */
  const hold = (id: string) => {
    const fate: { how: LetGo | null } = { how: null };
    const held = {
      letGo(how: LetGo) {
        fate.how = how;
        member(id).held.delete(held);
      },
    };
    member(id).held.add(held);
    return fate;
  };
  const picked = (count: number) => Array.from({ length: count }, () => group.pick(flow)?.id ?? '-').join('');
  const health = () =>
    events.flatMap((event) => (event.type === 'health' ? [`${event.target}:${event.to}`] : []));
  return { clock, sick, events, group, settings, member, hold, picked, health, targets };
}

describe('target group', () => {
  it('serves nobody before the first pass, then everyone', async () => {
    const { clock, picked, health, group } = bench();
    expect(picked(1)).toBe('-');
    await clock.advance(0);
    expect(picked(4)).toBe('abca');
    expect(health()).toEqual(['a:healthy', 'b:healthy', 'c:healthy']);
    group.dispose();
  });

  it('evicts with the reason in words, and takes back after the threshold', async () => {
    const { clock, sick, picked, events, member, group } = bench();
    await clock.advance(0);
    sick.add('b');
    await clock.advance(2000);
    expect(picked(4)).not.toContain('b');
    expect(member('b').reason).toBe('Target.FailedHealthChecks: HTTP 500 (L7STS), 2 of 2');
    expect(events.filter(({ type }) => type === 'health').at(-1)).toMatchObject({
      target: 'b',
      from: 'healthy',
      to: 'unhealthy',
      code: 'L7STS',
    });
    sick.clear();
    await clock.advance(1000);
    expect(picked(4)).not.toContain('b');
    await clock.advance(1000);
    expect(member('b')).toMatchObject({ state: 'healthy', reason: 'HTTP 200 (L7OK), 2 of 2' });
    expect(picked(3)).toContain('b');
    group.dispose();
  });

  it('resets the connections of an evicted target, and of no other', async () => {
    const { clock, sick, hold, member, group } = bench({ whenUnhealthy: 'reset' });
    await clock.advance(0);
    const [ofA, ofB] = [hold('a'), hold('b')];
    sick.add('b');
    await clock.advance(2000);
    expect([ofA.how, ofB.how]).toEqual([null, 'reset']);
    expect(member('b').counters.reset).toBe(1);
    group.dispose();
  });

  it('keeps them where the settings say so', async () => {
    const { clock, sick, hold, group } = bench({ whenUnhealthy: 'keep' });
    await clock.advance(0);
    const fate = hold('b');
    sick.add('b');
    await clock.advance(2000);
    expect(fate.how).toBeNull();
    group.dispose();
  });

  it('fails open when all are down, and the eviction that does it resets nothing', async () => {
    const { clock, sick, hold, picked, events, group } = bench({ whenUnhealthy: 'reset' });
    await clock.advance(0);
    const fates = ['a', 'b', 'c'].map(hold);
    for (const id of ['a', 'b', 'c']) sick.add(id);
    await clock.advance(2000);
    expect(group.failOpen).toBe(true);
    expect(fates.map(({ how }) => how)).toEqual(['reset', 'reset', null]);
    expect(picked(3)).toBe('abc');
    sick.delete('c');
    await clock.advance(2000);
    expect(picked(2)).toBe('cc');
    expect(events.flatMap((event) => (event.type === 'fail-open' ? [event.on] : []))).toEqual([true, false]);
    group.dispose();
  });

  it('refuses when all are down, by policy', async () => {
    const { clock, sick, picked, group } = bench({ whenAllDown: 'refuse' });
    await clock.advance(0);
    for (const id of ['a', 'b', 'c']) sick.add(id);
    await clock.advance(2000);
    expect(picked(1)).toBe('-');
    expect(group.failOpen).toBe(false);
    group.dispose();
  });

  it('leaves out those already tried', async () => {
    const { clock, group, member } = bench();
    await clock.advance(0);
    expect(group.pick(flow, new Set([member('a'), member('b')]))?.id).toBe('c');
    expect(group.pick(flow, new Set(group.members))).toBeNull();
    group.dispose();
  });

  it('some of its targets take turns among themselves, and fail open by themselves', async () => {
    const { clock, group, sick, picked } = bench();
    await clock.advance(0);
    const pool = group.among(['b', 'c', 'nobody']);
    const pick = () => pool.pick(flow)?.id ?? '-';
    // Turns of the whole group in between do not move theirs.
    expect([pick(), picked(1), pick(), picked(1), pick()].join('')).toBe('bacbb');
    sick.add('b');
    await clock.advance(2000);
    expect([pick(), pick()].join('')).toBe('cc');
    sick.add('c');
    await clock.advance(2000);
    expect([pick(), pick()].toSorted().join('')).toBe('bc');
    expect(group.failOpen).toBe(false);
    expect(group.among(['nobody']).pick(flow)).toBeNull();
    group.dispose();
  });

  it('drains: no new connections, what is there stays until the delay, then goes as told', async () => {
    const { clock, settings, targets, hold, picked, health, member, group } = bench({
      drainMs: 5000,
      afterDrain: 'close',
    });
    await clock.advance(0);
    const fate = hold('b');
    group.update(
      settings({ targets: targets.map((target) => ({ ...target, draining: target.id === 'b' })) }),
    );
    expect(picked(4)).not.toContain('b');
    await clock.advance(4999);
    expect([fate.how, member('b').state]).toEqual([null, 'draining']);
    await clock.advance(1);
    expect([fate.how, member('b').state]).toEqual(['close', 'unused']);
    group.update(settings());
    await clock.advance(0);
    expect(member('b').state).toBe('healthy');
    expect(health().filter((line) => line.startsWith('b:'))).toEqual([
      'b:healthy',
      'b:draining',
      'b:unused',
      'b:initial',
      'b:healthy',
    ]);
    group.dispose();
  });

  it('removes and adds targets without touching the others', async () => {
    const { clock, settings, targets, hold, picked, member, group } = bench({
      drainMs: 1000,
      afterDrain: 'keep',
    });
    await clock.advance(0);
    const [ofA, ofB] = [hold('a'), hold('b')];
    const added = { id: 'd', address: 'd', port: 9 };
    group.update(settings({ targets: [...targets.filter(({ id }) => id !== 'b'), added] }));
    await clock.advance(2000);
    expect([ofA.how, ofB.how]).toEqual([null, null]);
    expect(member('b').state).toBe('unused');
    expect(picked(6).split('').sort().join('')).toBe('aaccdd');
    group.dispose();
  });

  it('changes the algorithm and the weights live', async () => {
    const { clock, settings, targets, picked, group } = bench();
    await clock.advance(0);
    group.update(
      settings({
        algorithm: 'weighted-round-robin',
        targets: targets.map((target) => ({ ...target, weight: target.id === 'a' ? 2 : 0 })),
      }),
    );
    expect(picked(3)).toBe('aaa');
    group.dispose();
  });

  it('ejects by real traffic, and takes back when the time is over', async () => {
    const passive = { consecutiveErrors: 1, ejectMs: 10_000, maxEjectedShare: 1 };
    const { clock, picked, member, health, group } = bench({ healthCheck: { protocol: 'none' }, passive });
    group.observe(member('b'), { ok: false, latencyMs: null });
    expect(member('b')).toMatchObject({ state: 'unhealthy', reason: 'Passive: 1 error, out for 10000 ms' });
    expect(picked(4)).toBe('acac');
    await clock.advance(10_000);
    expect(member('b').state).toBe('healthy');
    expect(
      health()
        .filter((line) => line.startsWith('b:'))
        .at(-1),
    ).toBe('b:healthy');
    group.dispose();
  });

  it('starts a returning target slowly, but not a group that starts together', async () => {
    const { clock, sick, member, picked, group } = bench({ slowStartMs: 10_000 });
    await clock.advance(0);
    picked(1);
    expect(member('a').ramp).toBe(1);
    sick.add('b');
    await clock.advance(2000);
    sick.clear();
    await clock.advance(2000);
    await clock.advance(5000);
    picked(1);
    expect(member('b').ramp).toBeCloseTo(0.5);
    await clock.advance(5000);
    picked(1);
    expect(member('b').ramp).toBe(1);
    group.dispose();
  });

  it('explains the next real picks, and then is silent', async () => {
    const { clock, picked, events, group } = bench();
    await clock.advance(0);
    group.explainNext(1);
    picked(3);
    const notes = events.filter(({ type }) => type === 'note');
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatchObject({ text: 'pick', data: { picked: 'a', why: 'turn 1 of 3' } });
    group.dispose();
  });

  it('assumes healthy where told, and lets the first failure end it', async () => {
    const check = { ...healthCheck, initialState: 'healthy', unhealthyThreshold: 3 } as const;
    const { clock, sick, picked, group } = bench({ healthCheck: check });
    expect(picked(3)).toBe('abc');
    sick.add('b');
    await clock.advance(0);
    expect(picked(3)).not.toContain('b');
    group.dispose();
  });
});
