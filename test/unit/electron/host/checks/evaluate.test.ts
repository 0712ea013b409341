import { describe, expect, it } from 'vitest';
import type { ProgramEvent } from '../../../../../docker/protocol/events.ts';
import { checkSchema } from '../../../../../labs/checks.ts';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { expectation } from '../../../../../electron/host/checks/expectation.ts';
import { backendStats, balancerStats, clientStats, evidence, sample } from '../../../../support/evidence.ts';
import type { Written } from '../../../../support/evidence.ts';

function state(check: unknown, written: Written): string {
  return evaluate('step', checkSchema.parse(check), evidence(written)).state;
}

const states = (...list: ('healthy' | 'unhealthy')[]) => ({
  balancer: [sample(200, balancerStats(Object.fromEntries(list.map((one, i) => [`backend-${i + 1}`, one]))))],
});

describe('targets', () => {
  const all = { type: 'targets', balancer: 'balancer', state: 'healthy' };
  it('wants all, or so many', () => {
    expect(state(all, { samples: states('healthy', 'healthy') })).toBe('pass');
    expect(state(all, { samples: states('healthy', 'unhealthy') })).toBe('fail');
    expect(state({ ...all, count: 1 }, { samples: states('healthy', 'unhealthy') })).toBe('pass');
    expect(state({ ...all, count: 2 }, { samples: states('healthy', 'unhealthy') })).toBe('fail');
  });
  it('no targets are not all targets', () => {
    expect(state(all, { samples: states() })).toBe('waiting');
    expect(state(all, {})).toBe('waiting');
  });
});

describe('target', () => {
  const check = { type: 'target', balancer: 'balancer', target: '$culprit', state: 'unhealthy' };
  it('looks at the one that was picked', () => {
    const samples = states('healthy', 'unhealthy');
    expect(state(check, { samples, picked: { culprit: 'backend-2' } })).toBe('pass');
    expect(state(check, { samples, picked: { culprit: 'backend-1' } })).toBe('fail');
    expect(state(check, { samples, picked: { culprit: 'backend-9' } })).toBe('waiting');
  });
});

describe('setting', () => {
  const check = { type: 'setting', node: 'balancer', path: 'healthCheck.protocol', equals: 'http' };
  it('compares the value at the path', () => {
    const settings = (protocol: string) => ({ settings: { balancer: { healthCheck: { protocol } } } });
    expect(state(check, settings('http'))).toBe('pass');
    expect(state(check, settings('tcp'))).toBe('fail');
    expect(state({ ...check, path: 'healthCheck.none' }, settings('http'))).toBe('fail');
    expect(state(check, {})).toBe('waiting');
  });
  it('compares lists and objects whatever the order of keys', () => {
    const settings = { settings: { client: { headers: { a: '1', b: '2' }, paths: ['/', '/x'] } } };
    expect(state({ ...check, node: 'client', path: 'headers', equals: { b: '2', a: '1' } }, settings)).toBe(
      'pass',
    );
    expect(state({ ...check, node: 'client', path: 'paths', equals: ['/x', '/'] }, settings)).toBe('fail');
  });
});

describe('fault', () => {
  it('takes the backend at its own word', () => {
    const check = { type: 'fault', node: 'backend-1', fault: 'always-status', on: true };
    const samples = (...faults: string[]) => ({
      samples: { 'backend-1': [sample(200, backendStats({}, faults))] },
    });
    expect(state(check, samples('always-status'))).toBe('pass');
    expect(state(check, samples('latency'))).toBe('fail');
    expect(state({ ...check, on: false }, samples())).toBe('pass');
    expect(state(check, {})).toBe('waiting');
  });
});

describe('answer', () => {
  const check = { type: 'answer', truth: { mostErrors: 'backend' } };
  const groups = { backend: ['backend-1', 'backend-2', 'backend-3'] };
  const samples = {
    'backend-1': [sample(200, backendStats({ 200: 50 })), sample(5000, backendStats({ 200: 90, 500: 2 }))],
    // Had its errors in an earlier act.
    'backend-2': [sample(200, backendStats({ 500: 80 })), sample(5000, backendStats({ 200: 40, 500: 80 }))],
    'backend-3': [sample(200, backendStats({ 200: 50 })), sample(5000, backendStats({ 200: 50, 500: 40 }))],
  };
  const given = (answer: string) => ({ groups, samples, answers: { step: answer }, actBeganAt: 1 });

  it('agrees with the counters of this act', () => {
    expect(state(check, given('backend-3'))).toBe('pass');
    expect(state(check, given('backend-1'))).toBe('fail');
    expect(state(check, given('backend-2'))).toBe('fail');
    expect(state(check, given('backend-7'))).toBe('fail');
  });
  it('waits for an answer, and for an error to be counted', () => {
    expect(state(check, { groups, samples })).toBe('waiting');
    const calm = { 'backend-1': [sample(200, backendStats({ 200: 5 }))] };
    expect(state(check, { groups, samples: calm, answers: { step: 'backend-1' } })).toBe('waiting');
  });
  it('a tie convicts nobody', () => {
    const tied = {
      'backend-1': [sample(200, backendStats({})), sample(5000, backendStats({ 500: 4 }))],
      'backend-3': [sample(200, backendStats({})), sample(5000, backendStats({ 500: 4 }))],
    };
    expect(state(check, { groups, samples: tied, answers: { step: 'backend-3' } })).toBe('fail');
  });
  it('speaks of the answer given, never of the right one', () => {
    const wrong = evaluate('step', checkSchema.parse(check), evidence(given('backend-1')));
    expect(wrong.measured).toBe('backend-1 answered 2 of 42 requests with 5xx (4.8 %)');
    expect(wrong.expected).not.toContain('backend-3');
  });
  it('a plain answer is equal or not', () => {
    const plain = { type: 'answer', truth: { equals: 'l4' } };
    expect(state(plain, { answers: { step: 'l4' } })).toBe('pass');
    expect(state(plain, { answers: { step: 'l7' } })).toBe('fail');
  });
});

describe('users', () => {
  const check = { type: 'users', client: 'client', expected: 0.1, sample: 100, requestsEach: 3 };
  const users = (always: number, sometimes: number, each = 3) => {
    const perUser = Array.from({ length: 100 }, (_, i) => ({
      user: `u${i}`,
      ok: i < always ? 5 : i < always + sometimes ? 5 + each - 1 : 5 + each,
      bad: i < always ? 5 + each : i < always + sometimes ? 6 : 5,
      server: null,
    }));
    const before = perUser.map((user) => ({ ...user, ok: 5, bad: 5 }));
    return {
      samples: {
        client: [sample(200, clientStats({ perUser: before })), sample(5000, clientStats({ perUser }))],
      },
    };
  };
  it('one in ten always, the rest never', () => {
    expect(state(check, users(10, 0))).toBe('pass');
    expect(state(check, users(1, 0))).toBe('pass');
    expect(state(check, users(24, 0))).toBe('fail');
    expect(state(check, users(0, 0))).toBe('fail');
  });
  it('everyone now and then is another thing', () => {
    expect(state(check, users(0, 30))).toBe('fail');
    expect(state(check, users(10, 1))).toBe('fail');
    expect(state({ ...check, expected: 0 }, users(0, 30))).toBe('pass');
    expect(state({ ...check, expected: 0 }, users(1, 0))).toBe('fail');
  });
  it('what a user suffered before the last seconds is over, as long as all have asked since', () => {
    const at = (time: number, ok: number, bad: number) =>
      sample(
        time,
        clientStats({
          perUser: Array.from({ length: 100 }, (_, i) => ({
            user: `u${i}`,
            ok: i < 10 ? 1 : ok,
            bad: i < 10 ? bad + 5 : 1,
            server: null,
          })),
        }),
      );
    const samples = { client: [at(200, 0, 0), at(7000, 9, 9), at(10_000, 12, 12)] };
    expect(state(check, { samples })).toBe('pass');
    const mixed = { client: [sample(200, clientStats({})), ...samples.client.slice(1)] };
    expect(state({ ...check, seconds: 600 }, { samples: mixed })).toBe('fail');
    expect(state(check, { samples: mixed })).toBe('pass');
  });
  it('waits until each has asked often enough', () => {
    expect(state(check, users(10, 0, 2))).toBe('waiting');
  });
});

describe('probes', () => {
  const check = { type: 'probes', balancer: 'balancer', target: 'worker', expected: 0.1, sample: 30 };
  const probes = (failed: number, n: number) => {
    const balancer = Array.from({ length: n }, (_, i): ProgramEvent => ({
      seq: i,
      at: i,
      type: 'probe',
      target: 'worker',
      ok: i >= failed,
      code: i < failed ? 'L7STS' : 'L7OK',
      detail: '',
      durationMs: 1,
      passes: 0,
      failures: 0,
      nextAt: 0,
    }));
    return { events: { balancer } };
  };
  it('needs a sample, and at least one failure', () => {
    expect(state(check, probes(3, 29))).toBe('waiting');
    expect(state(check, probes(0, 30))).toBe('waiting');
    expect(state(check, probes(1, 30))).toBe('pass');
  });
  it('fails where every probe fails, or none of very many', () => {
    expect(state(check, probes(30, 30))).toBe('fail');
    expect(state(check, probes(0, 120))).toBe('fail');
  });
});

describe('ledger', () => {
  it('wants a difference of 0', () => {
    expect(state({ type: 'ledger' }, { ledgerDifference: 0 })).toBe('pass');
    expect(state({ type: 'ledger' }, { ledgerDifference: -1 })).toBe('fail');
    expect(state({ type: 'ledger' }, {})).toBe('waiting');
  });
});

describe('command', () => {
  const check = { type: 'command', node: 'client', matches: '^backend-3 500$' };
  it('wants output that matches, at that node, in this step', () => {
    const ran = (node: string, at: number, output: string) => ({
      stepOpenedAt: 5,
      acts: [{ kind: 'command', node, at, text: 'curl', output } as const],
    });
    expect(state(check, ran('client', 6, 'backend-2 200\nbackend-3 500\n'))).toBe('pass');
    expect(state(check, ran('client', 6, 'backend-3 200'))).toBe('waiting');
    expect(state(check, ran('client', 4, 'backend-3 500'))).toBe('waiting');
    expect(state(check, ran('balancer', 6, 'backend-3 500'))).toBe('waiting');
  });
});

describe('all and any', () => {
  const good = { type: 'targets', balancer: 'balancer', state: 'healthy' };
  const bad = { type: 'targets', balancer: 'balancer', state: 'unhealthy' };
  const open = { type: 'ledger' };
  const samples = states('healthy');
  it.each([
    ['all', [good, good], 'pass'],
    ['all', [good, open], 'waiting'],
    ['all', [open, bad, good], 'fail'],
    ['any', [bad, good], 'pass'],
    ['any', [bad, open], 'waiting'],
    ['any', [bad, bad], 'fail'],
  ])('%s of %j: %s', (type, of, wanted) => {
    expect(state({ type, of }, { samples })).toBe(wanted);
  });
  it('nest', () => {
    expect(state({ type: 'all', of: [good, { type: 'any', of: [bad, good] }] }, { samples })).toBe('pass');
  });
});

describe('expectation', () => {
  it('says in words what a check wants, before anything runs', () => {
    const check = checkSchema.parse({
      type: 'target',
      balancer: 'balancer',
      target: '$culprit',
      state: 'unhealthy',
    });
    expect(expectation(check)).toBe('the culprit unhealthy at balancer');
  });
});
