import { describe, expect, it } from 'vitest';
import { lastLine } from '../../run/tally.ts';
import { readVitestReport } from '../../run/vitest-report.ts';

interface File {
  readonly name: string;
  readonly status?: string;
  readonly message?: string;
  readonly tests: Readonly<Record<string, string>>;
}

function report(...files: readonly File[]): string {
  return JSON.stringify({
    success: true,
    testResults: files.map(({ name, status = 'passed', message = '', tests }) => ({
      name,
      status,
      message,
      assertionResults: Object.entries(tests).map(([fullName, state]) => ({ fullName, status: state })),
    })),
  });
}

describe("Vitest's report", () => {
  it('counts what passed, failed and was left out, and names the last two', () => {
    const text = report({
      name: '/repo/test/unit/a.test.ts',
      status: 'failed',
      tests: { 'a works': 'passed', 'a breaks': 'failed', 'a waits': 'pending', 'a will': 'todo' },
    });
    const tally = readVitestReport(text, 1, false);
    expect(lastLine(tally)).toBe('1 passed, 1 failed, 2 skipped');
    expect(tally.failures).toEqual(['test/unit/a.test.ts: a breaks']);
    expect(tally.notRun).toEqual(['test/unit/a.test.ts: a waits', 'test/unit/a.test.ts: a will']);
  });

  it('counts what passed when it was tried again, and tells of it', () => {
    const text = JSON.stringify({
      success: true,
      testResults: [
        {
          name: '/repo/test/unit/a.test.ts',
          status: 'passed',
          assertionResults: [
            { fullName: 'a wavers', status: 'passed', failureMessages: ['Error: too late\n at x'] },
            { fullName: 'a works', status: 'passed', failureMessages: [] },
          ],
        },
      ],
    });
    const tally = readVitestReport(text, 0, false);
    expect(lastLine(tally)).toBe('2 passed, 0 failed, 0 skipped');
    expect(tally.unsteady).toEqual(['test/unit/a.test.ts: a wavers: Error: too late']);
  });

  it('counts a file that could not be loaded', () => {
    const text = report({
      name: '/repo/test/unit/a.test.ts',
      status: 'failed',
      message: 'Cannot find module\nsomewhere',
      tests: {},
    });
    expect(readVitestReport(text, 1, false).failures).toEqual(['test/unit/a.test.ts: Cannot find module']);
  });

  it('does not take a failure outside every test for a success', () => {
    const text = report({ name: '/repo/test/unit/a.test.ts', tests: { a: 'passed' } });
    expect(lastLine(readVitestReport(text, 1, false))).toBe('1 passed, 1 failed, 0 skipped');
  });

  it.each(['', 'not json', '{}', '{"testResults":[]}'])('takes %j for a failure', (text) => {
    expect(lastLine(readVitestReport(text, 0, false))).toBe('0 passed, 1 failed, 0 skipped');
  });

  it('takes a Docker test that was skipped for a failure only where Docker is required', () => {
    const text = report(
      { name: '/repo/test/integration/docker/life.test.ts', tests: { 'engine starts': 'skipped' } },
      {
        name: '/repo/test/integration/host/a.test.ts',
        tests: { 'ledger NOT RUN: no engine answers': 'skipped' },
      },
      { name: '/repo/test/integration/local/a.test.ts', tests: { 'on Windows only': 'skipped' } },
    );
    expect(lastLine(readVitestReport(text, 0, false))).toBe('0 passed, 0 failed, 3 skipped');
    expect(lastLine(readVitestReport(text, 0, true))).toBe('0 passed, 2 failed, 1 skipped');
  });
});
