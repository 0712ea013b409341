import { expect, it } from 'vitest';
import { readStartArguments } from '../../../../electron/start/arguments.ts';

it('leaves the choice open without arguments', () => {
  expect(readStartArguments([])).toEqual({ browser: false, port: null, open: true });
});

it('takes --browser, and a port as the wish for one', () => {
  expect(readStartArguments(['--browser', '--no-open'])).toEqual({ browser: true, port: null, open: false });
  expect(readStartArguments(['--port', '7500'])).toEqual({ browser: true, port: 7500, open: true });
});

it('refuses what it does not know', () => {
  for (const args of [['--dev'], ['--brwser'], ['--port', 'x']]) {
    expect(() => readStartArguments(args)).toThrow(expect.objectContaining({ code: 'usage' }));
  }
});
