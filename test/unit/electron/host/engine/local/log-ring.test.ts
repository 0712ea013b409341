import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { LogRing } from '../../../../../../electron/host/engine/local/log-ring.ts';

it('makes lines of chunks, whole characters of split ones, and a line of an unfinished end', async () => {
  const ring = new LogRing();
  const source = new PassThrough();
  const done = ring.read('stdout', source);
  const bytes = Buffer.from('één\r\ntwo\nthr');
  source.write(bytes.subarray(0, 1));
  source.write(bytes.subarray(1, 4));
  source.write(bytes.subarray(4));
  source.end();
  source.resume();
  await done;
  const lines: string[] = [];
  ring.follow((line) => lines.push(line.text));
  expect(lines).toEqual(['één', 'two', 'thr']);
});

it('keeps the last five hundred, and follows until told to stop', () => {
  const ring = new LogRing();
  for (let line = 0; line < 510; line++) ring.add('stdout', String(line));
  const lines: string[] = [];
  const stop = ring.follow((line) => lines.push(line.text));
  expect(lines).toHaveLength(500);
  expect(lines[0]).toBe('10');
  ring.add('stderr', 'more');
  stop();
  ring.add('stderr', 'unheard');
  expect(lines.at(-1)).toBe('more');
});

it('gives as tail what was said on stderr, or else what was said at all', () => {
  const ring = new LogRing();
  ring.add('stdout', 'hello');
  expect(ring.tail(0, 5)).toBe('hello');
  ring.add('stderr', 'one');
  ring.add('stderr', 'two');
  expect(ring.tail(0, 5)).toBe('one\ntwo');
  expect(ring.tail(0, 1)).toBe('two');
  expect(ring.tail(Date.now() + 1000, 5)).toBe('');
});
