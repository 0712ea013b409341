import { describe, expect, it } from 'vitest';
import { framesOf, unreadable } from '../../../../support/http2-frames.ts';
import { codeOf, settings, types } from '../../../../support/http2-wire.ts';
import type { Code } from '../../../../support/http2-wire.ts';
import { converse } from '../../../../support/target-conversation.ts';
import type { Conversation } from '../../../../support/target-conversation.ts';
import { answers } from './target/answers.ts';
import type { TargetCase } from './target/case.ts';
import { connections } from './target/connections.ts';

/** A target may say anything: here each frame is wrong in its turn, and none of it may depend on how its bytes are cut. */
function told({ out }: Conversation): { readonly resets: readonly string[]; readonly goaway: Code | null } {
  const resets: string[] = [];
  let goaway: Code | null = null;
  for (const { type, stream, payload } of framesOf(out)) {
    if (type === types.rstStream) resets.push(`${stream} ${codeOf(payload.readUInt32BE(0))}`);
    if (type === types.goaway) goaway = codeOf(payload.readUInt32BE(4));
  }
  return { resets, goaway };
}

const byteByByte = (bytes: Buffer) => Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
/** Each place has its turn where there are few, and some hundred of them where there are many. */
function* cuts(bytes: Buffer): Generator<readonly Buffer[]> {
  yield [bytes];
  if (bytes.length < 5000) yield byteByByte(bytes);
  const step = Math.max(1, Math.floor(bytes.length / 150));
  for (let at = 1; at < bytes.length; at += step) yield [bytes.subarray(0, at), bytes.subarray(at)];
}

async function hold(one: TargetCase): Promise<void> {
  const bytes = Buffer.concat([one.settings ?? settings(), ...one.says]);
  for (const pieces of cuts(bytes)) {
    const said = await converse(pieces, one.asked);
    const how = `cut at ${pieces[0]?.length ?? 0} of ${bytes.length}`;
    expect(said.heard, how).toEqual(one.heard);
    const { resets, goaway } = told(said);
    expect(resets, how).toEqual(one.reset === undefined ? [] : [one.reset.join(' ')]);
    expect(goaway, how).toBe(one.goaway ?? null);
    expect(said.broken, how).toBe(goaway === null || goaway === 'NO_ERROR' ? null : 'bad-response');
    expect(unreadable(said.out), how).toBeNull();
  }
}

describe.each([
  ['answers', answers],
  ['connections', connections],
])('a target of HTTP/2: %s', (_, cases) => {
  it.each(cases.map((one) => [`${one.section}: ${one.name}`, one] as const))(
    '%s',
    { timeout: 60_000 },
    async (_title, one) => {
      await hold(one);
    },
  );
});
