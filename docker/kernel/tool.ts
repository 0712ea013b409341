import { spawn } from 'node:child_process';

const limitMs = 10_000;

/** Runs one of the kernel's own tools to its end. What it says on stderr is the error. */
export function runTool(command: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: limitMs });
    let output = '';
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
    // A tool that ends before it has read everything says why on stderr.
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => reject(new Error(`${command} cannot be run: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else
        reject(new Error(`${command} ${args.join(' ')}: ${said.trim() || `ended with ${code ?? signal}`}`));
    });
    child.stdin.end(input);
  });
}
