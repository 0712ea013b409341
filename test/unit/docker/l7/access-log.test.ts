import { afterEach, describe, expect, it } from 'vitest';
import { accessLogForms } from '../../../../docker/l7/access-log/form.ts';
import { quoted } from '../../../../docker/l7/access-log/quoted.ts';
import type { L7Patch } from '../../../../docker/protocol/balancer.ts';
import { continueTrace } from '../../../../docker/l7/policies/trace-context.ts';
import { waitUntil } from '../../../support/wait.ts';
import { ask, cleanUp, echoHead, httpBackend, proxyTo, seen } from './rig.ts';

afterEach(cleanUp);

/** One request, and its line. */
async function logged(
  form: 'alb' | 'combined',
  patch: L7Patch = {},
  options: Parameters<typeof ask>[1] = {},
) {
  const target = await httpBackend((incoming, outgoing) => {
    incoming.resume();
    incoming.on('end', () => outgoing.end('0123456789'));
  });
  const lines: string[] = [];
  const { port, ports } = await proxyWith(target.port, { accessLogForm: form, ...patch }, lines);
  await ask(port, options);
  await waitUntil(() => lines.length === 1);
  return { line: lines[0] ?? '', port, target: ports };
}

async function proxyWith(target: number, patch: L7Patch, lines: string[]) {
  const made = await proxyTo([target], patch, undefined, undefined, (line) => void lines.push(line));
  return { port: made.port, ports: target };
}

describe('the access log', () => {
  it('in combined form', async () => {
    const { line } = await logged(
      'combined',
      {},
      { method: 'POST', body: 'abc', headers: { 'User-Agent': 'a "quoted" one', Referer: 'http://x/' } },
    );
    expect(line).toMatch(
      /^127\.0\.0\.1 - - \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "POST \/x\?y=1 HTTP\/1\.1" 200 10 "http:\/\/x\/" "a \\x22quoted\\x22 one"$/,
    );
  });

  it('in ALB’s form: its fields in order, bytes and times counted, what has no equal a dash', async () => {
    const { line, port, target } = await logged('alb', { tracing: true }, { method: 'POST', body: 'abc' });
    const fields = line.match(/"[^"]*"|\S+/g) ?? [];
    expect(fields).toHaveLength(29);
    expect(fields[0]).toBe('http');
    expect(fields[4]).toBe(`127.0.0.1:${target}`);
    for (const seconds of fields.slice(5, 8)) expect(seconds).toMatch(/^\d+\.\d{3}$/);
    expect(fields.slice(8, 13)).toEqual([
      '200',
      '200',
      '3',
      '10',
      `"POST http://127.0.0.1:${port}/x?y=1 HTTP/1.1"`,
    ]);
    expect(fields[17]).toMatch(/^"[0-9a-f]{32}"$/);
    expect(fields[22]).toBe('"forward"');
    expect(fields[27]).toBe('"Compliant"');
  });

  it('says who answered where no target did', async () => {
    const routes = { gone: { respond: { status: 410 } } };
    const { line } = await logged('alb', { routing: { routes } });
    const fields = line.match(/"[^"]*"|\S+/g) ?? [];
    expect([fields[4], fields[5], fields[8], fields[9], fields[22]]).toEqual([
      '-',
      '-1',
      '410',
      '-',
      '"fixed-response"',
    ]);
  });

  it('is one line, whatever was sent; bytes that were no request are not repeated', () => {
    expect(quoted('a"b\\c\nd')).toBe('"a\\x22b\\x5Cc\\x0Ad"');
    expect(quoted(null)).toBe('"-"');
    const refusal = [
      { status: 400, reason: 'x' },
      { kind: 'Severe', reasons: ['x'] },
    ] as const;
    expect(accessLogForms.combined.refusal('1.2.3.4:5', ...refusal)).toMatch(
      /^1\.2\.3\.4 - - \[.*\] "-" 400 0 "-" "-"$/,
    );
    expect(accessLogForms.alb.refusal('1.2.3.4:5', ...refusal).match(/"[^"]*"|\S+/g)).toHaveLength(29);
  });
});

describe('a trace', () => {
  it('is one from hop to hop, and each hop names itself as the parent', async () => {
    const target = await httpBackend(echoHead);
    const inner = await proxyTo([target.port], { tracing: true });
    const outer = await proxyTo([inner.port], { tracing: true });
    const trace = 'a'.repeat(32);
    const parent = 'b'.repeat(16);
    const answer = await ask(outer.port, {
      headers: { traceparent: `00-${trace}-${parent}-01`, tracestate: 'x=1' },
    });
    const { traceparent = '', tracestate } = seen(answer).headers;
    const [, id, span] = traceparent.split('-');
    await waitUntil(() => inner.log.length === 1 && outer.log.length === 1);
    expect([id, tracestate]).toEqual([trace, 'x=1']);
    expect(span).not.toBe(parent);
    for (const { log } of [inner, outer])
      expect(log[0]?.why).toContain(`tracing: goes on with trace ${trace}`);
    // The request's id is the other thread that all hops' records hang on.
    expect(inner.log[0]?.id).toBe(outer.log[0]?.id);
    expect(continueTrace([['traceparent', traceparent]]).parentId).toBe(span);
  });
});
