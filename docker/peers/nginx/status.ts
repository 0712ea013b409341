import { request } from 'node:http';
import { statusSocket } from './config.ts';

export interface NginxStatus {
  readonly active: number;
  readonly accepted: number;
}

/** Each question is a connection of its own, which NGINX counts like any other. */
export function askNginx(limitMs = 1000): Promise<NginxStatus> {
  return new Promise((resolve, reject) => {
    const call = request(
      { socketPath: statusSocket, path: '/', agent: false, timeout: limitMs },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => {
          text += part;
        });
        answer.on('end', () => resolve(parseStatus(text)));
      },
    );
    call.on('timeout', () => call.destroy(new Error(`no answer in ${limitMs} ms`)));
    call.on('error', reject);
    call.end();
  });
}

/** `Active connections: 1` ... `server accepts handled requests` and three numbers below it. */
export function parseStatus(text: string): NginxStatus {
  const active = Number(/Active connections: (\d+)/.exec(text)?.[1] ?? 0);
  const accepted = Number(/requests\s+(\d+)/.exec(text)?.[1] ?? 0);
  return { active, accepted };
}
