import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { block, flags, frame, get, http2Wire, types } from '../../../../support/http2-wire.ts';
import type { Code, Heard } from '../../../../support/http2-wire.ts';
import { cleanUp, httpBackend, proxyTo } from '../rig.ts';
import type { Case } from './cases/case.ts';
import { compression } from './cases/compression.ts';
import { frames } from './cases/frames.ts';
import { streams } from './cases/streams.ts';

let port = 0;
let rig: Awaited<ReturnType<typeof proxyTo>>;
/** Whose requests reached a target whole, which must be nothing of what is malformed. */
const reached = new Set<string>();

beforeAll(async () => {
  const target = await httpBackend((incoming, outgoing) => {
    incoming.resume();
    incoming.on('end', () => {
      reached.add(String(incoming.headers['x-request-id']));
      if (incoming.url !== '/slow') outgoing.end('hello');
    });
  });
  rig = await proxyTo([target.port], { http2: { streams: 10 } });
  ({ port } = rig);
});
afterAll(cleanUp);

/** What came of it; null while nothing has yet. */
function outcome(heard: Heard, { verdict, on = 1 }: Case): string | null {
  const { goaway, closed } = heard;
  const reset = heard.reset(on);
  const status = heard.ended(on) ? heard.status(on) : null;
  if (verdict.is === 'fine') {
    if (status === 200) return 'fine';
    if (closed && verdict.orClosed === true) return 'fine';
    return status !== null ? `status ${status}` : ended(goaway, reset, closed);
  }
  if (verdict.is === 'status') return status !== null ? `status ${status}` : ended(goaway, reset, closed);
  const accepted = (code: Code | null) => code !== null && verdict.codes.includes(code);
  if (accepted(goaway) || (verdict.is !== 'connection' && accepted(reset))) return 'as it must';
  if (verdict.is === 'malformed' && status === 400) return 'as it must';
  if (closed && goaway === null) return 'as it must';
  return status !== null && verdict.is === 'malformed' ? `status ${status}` : ended(goaway, reset, closed);
}

function ended(goaway: Code | null, reset: Code | null, closed: boolean): string | null {
  if (goaway !== null && goaway !== 'NO_ERROR') return `GOAWAY ${goaway}`;
  if (reset !== null && reset !== 'NO_ERROR') return `RST_STREAM ${reset}`;
  return closed ? 'closed' : null;
}

function wanted({ verdict }: Case): string {
  return verdict.is === 'fine' ? 'fine' : verdict.is === 'status' ? `status ${verdict.status}` : 'as it must';
}

async function hold(one: Case): Promise<void> {
  const wire = http2Wire(port, one.settings, one.preface);
  try {
    await one.does(wire);
    await wire.until('what becomes of it', (heard) => outcome(heard, one) !== null);
    expect(outcome(wire, one)).toBe(wanted(one));
    // Nothing malformed goes on, by any other reading of it either.
    if (one.verdict.is !== 'malformed') return;
    const asked = rig.records.after(0).filter(({ connection }) => connection.endsWith(`:${wire.port}`));
    expect(asked.filter(({ id }) => reached.has(id))).toEqual([]);
  } finally {
    wire.destroy();
  }
}

describe.each([
  ['frames', frames],
  ['streams', streams],
  ['header compression', compression],
])('HTTP/2 %s', (_, cases) => {
  it.each(cases.map((one) => [`${one.section}: ${one.name}`, one] as const))('%s', async (_title, one) => {
    await hold(one);
  });
});

it.each(['a header', 'empty frames'])(
  'a header block of %s without end is the end of its connection',
  async (what) => {
    const wire = http2Wire(port);
    wire.send(frame(types.headers, flags.endStream, 1, block(get)));
    const more = frame(
      types.continuation,
      0,
      1,
      what === 'a header' ? block([['x-more', 'y'.repeat(1000)]]) : '',
    );
    for (let sent = 0; sent < 20_000 && !wire.closed && wire.goaway === null; sent += 100) {
      wire.send(...Array.from({ length: 100 }, () => more));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await wire.until('the end', ({ closed, goaway }) => closed || goaway !== null);
    wire.destroy();
  },
);
