import { describe, expect, it } from 'vitest';
import { readServerArguments } from '../../../../electron/server/arguments.ts';

describe('server arguments', () => {
  it('needs none', () => {
    expect(readServerArguments([])).toEqual({ port: null, dev: false, open: true });
  });

  it('reads a port, --dev and --no-open', () => {
    expect(readServerArguments(['--port', '7500', '--dev', '--no-open'])).toEqual({
      port: 7500,
      dev: true,
      open: false,
    });
  });

  it.each([['--port', 'abc'], ['--port', '65536'], ['--port', '-1'], ['--port'], ['--prot', '1'], ['extra']])(
    'refuses %s %s as wrong usage',
    (...args) => {
      expect(() => readServerArguments(args)).toThrow(expect.objectContaining({ code: 'usage' }));
    },
  );
});
