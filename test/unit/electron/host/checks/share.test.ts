import { describe, expect, it } from 'vitest';
import { checkSchema } from '../../../../../labs/checks.ts';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { clientStats, evidence, sample } from '../../../../support/evidence.ts';

const check = checkSchema.parse({ type: 'share', client: 'client', expected: 0.1, sample: 300 });

function verdict(bad: number, n: number, failures = 0) {
  const samples = {
    client: [
      sample(100, clientStats({ answered: 1000, byStatus: { 200: 500, 500: 500 } })),
      sample(
        2000,
        clientStats({
          answered: 1000 + n - failures,
          failed: failures,
          byStatus: { 200: 500 + n - bad, 500: 500 + bad - failures },
        }),
      ),
    ],
  };
  return evaluate('see', check, evidence({ samples, stepOpenedAt: 50, now: 2000 }));
}

describe('share', () => {
  it('waits for its sample and says how far it is', () => {
    const waiting = verdict(29, 299);
    expect(waiting.state).toBe('waiting');
    expect(waiting.measured).toContain('29 of 299');
  });

  it('passes on the bounds and fails one beyond them', () => {
    expect(verdict(30, 300).state).toBe('pass');
    expect(verdict(12, 300).state).toBe('pass');
    expect(verdict(11, 300).state).toBe('fail');
    expect(verdict(52, 300).state).toBe('pass');
    expect(verdict(53, 300).state).toBe('fail');
  });

  it('fails where nothing goes wrong', () => {
    expect(verdict(0, 300).state).toBe('fail');
  });

  it('counts a request without an answer as bad', () => {
    const { state, measured } = verdict(30, 300, 30);
    expect(state).toBe('pass');
    expect(measured).toContain('30 of 300');
  });

  it('counts only what ended since the step opened', () => {
    expect(verdict(30, 300).measured).toContain('(10 %)');
  });

  it('states bounds, sample, false alarm and time', () => {
    const { expected, at } = verdict(30, 300);
    expect(expected).toBe("10 %: 12 to 52 of 300 of client's requests went wrong (false alarm 1 in 10,000)");
    expect(at).toBe(2000);
  });

  it('waits without any sample of this step', () => {
    const old = { client: [sample(40, clientStats({ answered: 1000 }))] };
    const open = evaluate('see', check, evidence({ samples: old, stepOpenedAt: 50, now: 2000 }));
    expect(open).toMatchObject({ state: 'waiting', measured: '' });
  });

  it('counts anew from the last change by hand', () => {
    const samples = {
      client: [
        sample(100, clientStats({})),
        sample(5000, clientStats({ answered: 1000, byStatus: { 200: 1000 } })),
        sample(9000, clientStats({ answered: 1300, byStatus: { 200: 1270, 500: 30 } })),
      ],
    };
    const acts = [{ kind: 'fault', node: 'backend-1', at: 4900, fault: 'always-status', on: true } as const];
    const long = checkSchema.parse({ ...check, seconds: 600 });
    expect(evaluate('see', long, evidence({ samples, acts })).state).toBe('pass');
    expect(evaluate('see', long, evidence({ samples })).state).toBe('fail');
  });

  it('forgets what is older than a few seconds, once those hold a sample', () => {
    const at = (time: number, good: number, bad: number) =>
      sample(time, clientStats({ answered: good + bad, byStatus: { 200: good, 500: bad } }));
    // For its first second the broken backend was not in service yet.
    const samples = { client: [at(100, 0, 0), at(5000, 1000, 0), at(8000, 1000, 0), at(10_000, 1270, 30)] };
    expect(evaluate('see', check, evidence({ samples })).measured).toContain('30 of 300');
    const slow = checkSchema.parse({ ...check, sample: 301 });
    expect(evaluate('see', slow, evidence({ samples })).measured).toContain('30 of 1300');
  });

  it('does not subtract the counters of two different processes', () => {
    const before = clientStats({ answered: 1000 });
    const after = clientStats({ answered: 400, process: { ...before.process, startedAt: 900 } });
    const samples = { client: [sample(100, before), sample(2000, after)] };
    expect(evaluate('see', check, evidence({ samples, now: 2000 })).state).toBe('waiting');
  });

  it('a claim of one in ten over a small sample waits until it has seen one', () => {
    const small = checkSchema.parse({ type: 'share', client: 'client', expected: 0.1, sample: 10 });
    const samples = {
      client: [
        sample(100, clientStats({})),
        sample(2000, clientStats({ answered: 20, byStatus: { 200: 20 } })),
      ],
    };
    expect(evaluate('see', small, evidence({ samples, now: 2000 })).state).toBe('waiting');
  });
});
