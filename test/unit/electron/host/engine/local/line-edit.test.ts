import { expect, it } from 'vitest';
import { editLine } from '../../../../../../electron/host/engine/local/line-edit.ts';

function edit(keys: string) {
  const said = { lines: [] as string[], echo: '', interrupts: 0 };
  editLine({
    line: (text) => said.lines.push(text),
    echo: (text) => {
      said.echo += text;
    },
    interrupt: () => {
      said.interrupts++;
    },
  })(keys);
  return said;
}

it('gathers and echoes a line until Enter', () => {
  expect(edit('ls\rpw')).toEqual({ lines: ['ls\n'], echo: 'ls\r\npw', interrupts: 0 });
});

it('rubs out one whole character, and nothing before the first', () => {
  expect(edit('\x7fa😀\x7fb\r').lines).toEqual(['ab\n']);
});

it('drops the line at Ctrl-C and leaves at Ctrl-D on an empty one', () => {
  expect(edit('rm -r\x03')).toMatchObject({ lines: [], interrupts: 1 });
  expect(edit('\x04').lines).toEqual(['exit\n']);
  expect(edit('a\x04').lines).toEqual([]);
});

it('passes over arrow keys', () => {
  expect(edit('a\x1b[A\x1bOBb\r').lines).toEqual(['ab\n']);
});
