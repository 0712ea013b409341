import { z } from 'zod';
import { fail, nothing } from './tally.ts';
import type { Tally } from './tally.ts';

const report = z.object({
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(''),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

/**
 * The tally in Vitest's JSON report. A file that could not even be loaded has no tests to fail, so the file counts; where
 * Docker is required, a test that was skipped for want of it has failed.
 */
export function readVitestReport(text: string, exitCode: number, requireDocker: boolean): Tally {
  const parsed = report.safeParse(parseJson(text));
  if (!parsed.success) return fail(`Vitest ended with ${exitCode} and left no report that can be read`);
  let tally = nothing;
  const failed = (what: string): void => {
    tally = { ...tally, failed: tally.failed + 1, failures: [...tally.failures, what] };
  };
  for (const file of parsed.data.testResults) {
    const at = file.name.replaceAll('\\', '/').replace(/^.*\/test\//, 'test/');
    const failedBefore = tally.failed;
    for (const { fullName, status, failureMessages } of file.assertionResults) {
      const what = `${at}: ${fullName}`;
      if (status === 'passed') {
        // It was tried again, and its first failure is still told.
        const [first] = failureMessages ?? [];
        const unsteady = first === undefined ? [] : [`${what}: ${first.split('\n')[0] ?? ''}`];
        tally = { ...tally, passed: tally.passed + 1, unsteady: [...tally.unsteady, ...unsteady] };
      } else if (status === 'failed') failed(what);
      else if (requireDocker && isDockerTest(what)) failed(`${what}: skipped, although Docker is required`);
      else tally = { ...tally, skipped: tally.skipped + 1, notRun: [...tally.notRun, what] };
    }
    if (file.status === 'failed' && tally.failed === failedBefore) {
      failed(`${at}: ${file.message.split('\n')[0] ?? 'could not be run'}`);
    }
  }
  // Errors outside every test, such as a promise that nobody caught.
  if (exitCode !== 0 && tally.failed === 0) failed(`Vitest ended with ${exitCode} though every test passed`);
  return tally;
}

function isDockerTest(what: string): boolean {
  return /docker|NOT RUN/i.test(what);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
