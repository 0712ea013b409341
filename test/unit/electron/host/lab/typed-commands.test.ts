import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { readCommands } from '../../../../../electron/host/lab/typed-commands.ts';
import type { TypedCommand } from '../../../../../electron/host/lab/typed-commands.ts';

const at = (letter: string): string => `\u001b]133;${letter}\u0007`;
const prompt = `${at('D')}${at('A')}\u001b[1;36mclient\u001b[0m $ ${at('B')}`;

function commandsIn(pieces: readonly string[]): readonly { text: string; output: string }[] {
  const heard: TypedCommand[] = [];
  const reader = readCommands((command) => {
    if (!heard.includes(command)) heard.push(command);
  });
  for (const piece of pieces) reader.read(piece);
  return heard.map((command) => ({ text: command.text, output: command.output() }));
}

describe('commands typed at a terminal', () => {
  const session = [
    `\u001b]0;client\u0007welcome, nobody typed this\r\n${prompt}`,
    `echo connected\r\n${at('C')}\u001b[32mconnected\u001b[0m\r\n${prompt}`,
    `for p in / /health; do echo $p; done\r\n${at('C')}/\r\n/health\r\n${prompt}`,
  ].join('');
  const commands = [
    { text: 'echo connected', output: 'connected\n' },
    { text: 'for p in / /health; do echo $p; done', output: '/\n/health\n' },
  ];

  it('are told with their output, without prompts, echo and colours', () => {
    expect(commandsIn([session])).toEqual(commands);
  });

  it('are the same however the text is cut into pieces', () => {
    for (let cut = 1; cut < session.length; cut++)
      expect(commandsIn([session.slice(0, cut), session.slice(cut)])).toEqual(commands);
    expect(commandsIn(session.split(''))).toEqual(commands);
  });

  it('are whole where the terminal was too narrow for them', () => {
    const text = `${prompt}echo host(inet_client_a \rddr())\r\n${at('C')}out\r\n${prompt}`;
    expect(commandsIn([text])).toEqual([{ text: 'echo host(inet_client_addr())', output: 'out\n' }]);
  });

  it('do not count what is typed as what was printed, over several lines too', () => {
    const text = `${prompt}cat <<E\r\n> connected\r\n> E\r\n${at('C')}out\r\n${prompt}`;
    expect(commandsIn([text])).toEqual([{ text: 'cat <<E', output: 'out\n' }]);
  });

  it('run from the end of the line where the shell cannot say that one begins', () => {
    const plain = `${at('A')}$ ${at('B')}`;
    expect(commandsIn([`${plain}echo hi\r\nhi\r\n${plain}`])).toEqual([{ text: 'echo hi', output: 'hi\n' }]);
  });

  it('are known while they still run', () => {
    expect(commandsIn([`${prompt}ping\r\n${at('C')}1\r\n2\r\n`])).toEqual([
      { text: 'ping', output: '1\n2\n' },
    ]);
  });

  it('keep the end of what they print', () => {
    const [command] = commandsIn([`${prompt}yes\r\n${at('C')}`, 'y\r\n'.repeat(100_000), 'last\r\n']);
    expect(command?.output.length).toBeLessThanOrEqual(64 * 1024);
    expect(command?.output).toMatch(/last\n$/);
  });

  it('come from bash as the image starts it', async () => {
    const bash = spawn('bash', ['--noprofile', '--rcfile', 'docker/image/bashrc', '-i'], {
      env: { ...process.env, TERM: 'xterm-256color', BLINDSPOT_NODE: 'client', HISTFILE: '/dev/null' },
    });
    let text = '';
    bash.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    bash.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    bash.stdin.end('echo one; echo two\nfalse\necho three\n');
    await new Promise((resolve) => bash.on('close', resolve));
    // Without a terminal nothing is echoed; at the end bash says "exit", as if it had been typed.
    expect(
      commandsIn([text])
        .map(({ output }) => output)
        .slice(0, 3),
    ).toEqual(['one\ntwo\n', '', 'three\n']);
  });
});
