import * as net from 'node:net';
import { statsSocket } from './config.ts';

/** One command, one answer: HAProxy closes the connection after it. */
export function askHaproxy(command: string, limitMs = 1000): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(statsSocket, () => socket.write(`${command}\n`));
    const timer = setTimeout(() => socket.destroy(new Error(`no answer in ${limitMs} ms`)), limitMs);
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      answer += text;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
    socket.on('close', () => clearTimeout(timer));
  });
}
