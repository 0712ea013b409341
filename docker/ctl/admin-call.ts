import * as http from 'node:http';
import type { AdminError } from '../protocol/admin.ts';
import type { Json } from '../protocol/json.ts';
import type { Command } from './command.ts';

/** The program said no, or there is none: what happened, and what to do. */
export class CallProblem extends Error {
  override readonly name = 'CallProblem';
}

export function adminCall(socketPath: string, { method, path, body }: Command): Promise<Json> {
  return new Promise((resolve, reject) => {
    const request = http.request({ socketPath, method, path }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const answer = JSON.parse(text) as Json;
        if (response.statusCode === 200) resolve(answer);
        else reject(new CallProblem((answer as unknown as AdminError).error.message));
      });
    });
    request.on('error', (error: NodeJS.ErrnoException) =>
      reject(new CallProblem(explain(error, socketPath))),
    );
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function explain(error: NodeJS.ErrnoException, socketPath: string): string {
  switch (error.code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return `no program answers on ${socketPath}; is this node running? BLINDSPOT_ADMIN names another socket`;
    case 'EACCES':
      return `${socketPath} belongs to another user`;
    default:
      return `${socketPath}: ${error.message}`;
  }
}
