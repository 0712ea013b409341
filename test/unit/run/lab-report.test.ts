import { describe, expect, it } from 'vitest';
import { readLabReport, withSecondTry } from '../../run/lab-report.ts';
import { lastLine } from '../../run/tally.ts';

const good = { id: 'evicted', before: 'fail', after: 'pass', measured: '1.2 s', expected: '1 to 2 s' };
const proved = {
  lab: 'green-but-500',
  engine: 'docker',
  verdict: 'proved',
  reason: '',
  seconds: 21.5,
  checks: [good],
};

function read(results: readonly unknown[], mayBeSkipped = true): ReturnType<typeof readLabReport> {
  return readLabReport(JSON.stringify({ results }), 'docker', mayBeSkipped);
}

describe('the report of verify', () => {
  it('counts a lab that was proved', () => {
    const { tally, lines } = read([proved]);
    expect(lastLine(tally)).toBe('1 passed, 0 failed, 0 skipped');
    expect(lines).toEqual(['lab green-but-500 on docker: proved in 21.5 s, 1 checks']);
  });

  it('names what a proved lab could not do on this engine', () => {
    const { tally } = read([
      { ...proved, reason: 'act clusterip needs docker, kernel; the rest was proved' },
    ]);
    expect(lastLine(tally)).toBe('1 passed, 0 failed, 0 skipped');
    expect(tally.notRun).toEqual([
      'lab green-but-500 on docker: act clusterip needs docker, kernel; the rest was proved',
    ]);
  });

  it('counts a lab that failed and shows the checks that did not turn', () => {
    const stuck = { ...good, id: 'quiet', after: 'fail', measured: '12 errors', expected: '0' };
    const { tally, lines } = read([
      { ...proved, verdict: 'failed', reason: 'quiet did not pass', checks: [good, stuck] },
    ]);
    expect(tally.failures).toEqual(['lab green-but-500 on docker: quiet did not pass']);
    expect(lines[1]).toBe('  quiet: fail before, fail after; measured 12 errors, expected 0');
    expect(lines).toHaveLength(2);
  });

  it('counts a skipped lab by its reason, and as failed where Docker is required', () => {
    const skipped = { ...proved, verdict: 'skipped', reason: 'needs kernel' };
    expect(read([skipped]).tally.notRun).toEqual(['lab green-but-500 on docker: needs kernel']);
    expect(lastLine(read([skipped], false).tally)).toBe('0 passed, 1 failed, 0 skipped');
  });

  it('takes no labs, and no result, for a failure', () => {
    expect(lastLine(read([]).tally)).toBe('0 passed, 1 failed, 0 skipped');
    for (const text of ['', 'Error: no engine', '{"results":[{"lab":"x"}]}']) {
      expect(lastLine(readLabReport(text, 'local', true).tally)).toBe('0 passed, 1 failed, 0 skipped');
    }
  });
});

describe('a second try', () => {
  const failed = { ...proved, verdict: 'failed', reason: 'quiet did not pass' };
  const other = { ...failed, lab: 'deadlock', reason: 'in flight: 3' };

  it('counts what it cures as passed, and tells of it', () => {
    const tally = withSecondTry(read([failed, other]), read([proved, other]), 'docker');
    expect(lastLine(tally)).toBe('1 passed, 1 failed, 0 skipped');
    expect(tally.failures).toEqual(['lab deadlock on docker: in flight: 3']);
    expect(tally.unsteady).toEqual(['lab green-but-500 on docker: quiet did not pass']);
  });

  it('cures nothing that it did not prove', () => {
    const tally = withSecondTry(read([failed]), readLabReport('', 'docker', true), 'docker');
    expect(lastLine(tally)).toBe('0 passed, 1 failed, 0 skipped');
    expect(tally.unsteady).toEqual([]);
  });
});
