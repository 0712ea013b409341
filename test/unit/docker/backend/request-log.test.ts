import { expect, it } from 'vitest';
import { createRequestLog } from '../../../../docker/backend/request-log.ts';

it('logs errors only, at most twenty a second, and says how many it dropped', () => {
  const lines: string[] = [];
  let at = 1_000_000;
  const log = createRequestLog({ now: () => at, all: () => false, out: (line) => lines.push(line) });
  log.write('GET', '/ok', 200, 1);
  for (let i = 0; i < 50; i++) log.write('GET', '/', 500, 1.25);
  expect(lines).toHaveLength(20);
  expect(lines[0]).toMatch(/ERROR GET \/ 500 1\.\dms$/);
  at += 1000;
  log.write('GET', '/', 500, 1);
  expect(lines[20]).toContain('30 more errors');
});

it('logs every request when asked', () => {
  const lines: string[] = [];
  const log = createRequestLog({ now: () => 0, all: () => true, out: (line) => lines.push(line) });
  for (let i = 0; i < 50; i++) log.write('GET', '/', 200, 1);
  expect(lines).toHaveLength(50);
});
