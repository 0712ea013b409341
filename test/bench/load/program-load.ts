import { spawn } from 'node:child_process';
import { Missing } from '../subject.ts';
import type { Subject } from '../subject.ts';
import type { Load } from '../stand.ts';

/** What h2load is to speak. */
export interface Spoken {
  readonly tls: boolean;
  readonly http2: boolean;
}

const clients = 16;
/** Side by side on one HTTP/2 connection. */
const streams = 16;

/**
 * h2load (nghttp2), for what load.c does not speak. Its connections are new in each slice; with hundreds of requests on
 * each of them they do not show.
 */
export function h2load({ port, name }: Subject, path: string, { tls, http2 }: Spoken, sliceMs: number): Load {
  let perSlice = clients * 100;
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}${path}`;
  const run = async () => {
    const shape = http2 ? ['-m', String(streams)] : ['--h1'];
    const said = await output(
      'h2load',
      ['-n', String(perSlice), '-c', String(clients), ...shape, url],
      'nghttp2-client',
    );
    const seconds = / in ([\d.]+)(ms|s),/.exec(said);
    const [, whole = '0'] = /(\d+) succeeded/.exec(said) ?? [];
    const [, data = '0'] = /\((\d+)\) data/.exec(said) ?? [];
    const size = Number(path.slice(path.lastIndexOf('/') + 1));
    if (Number(whole) !== perSlice || Number(data) !== perSlice * size) {
      throw new Error(
        `${name}: ${whole} of ${perSlice} answers, ${data} bytes of bodies, so there is no figure`,
      );
    }
    return { ops: perSlice, seconds: Number(seconds?.[1]) / (seconds?.[2] === 'ms' ? 1000 : 1) };
  };
  return {
    run,
    async warm() {
      for (let look = 0; look < 3; look++) {
        const { ops, seconds } = await run();
        perSlice = Math.max(clients * 20, Math.round(((ops / seconds) * sliceMs) / 1000));
      }
    },
    close: () => Promise.resolve(),
  };
}

const handshakers = 3;

/** Full handshakes and nothing else, by `openssl s_time`: as many as fit into a second. */
export function handshakes({ port, name }: Subject): Load {
  const one = async () => {
    const args = ['s_time', '-connect', `127.0.0.1:${port}`, '-new', '-time', '1'];
    const said = await output('openssl', args, 'openssl');
    const [, made = '0'] = /(\d+) connections in [\d.]+s/.exec(said) ?? [];
    if (Number(made) === 0) throw new Error(`${name}: no handshake came about`);
    return Number(made);
  };
  const run = async () => {
    const began = performance.now();
    const made = await Promise.all(Array.from({ length: handshakers }, one));
    return { ops: made.reduce((sum, some) => sum + some, 0), seconds: (performance.now() - began) / 1000 };
  };
  return { run, warm: run, close: () => Promise.resolve() };
}

async function output(program: string, args: readonly string[], debian: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
    child.once('error', () => reject(new Missing(`${program} is not installed (Debian: ${debian})`)));
    child.once('close', (code) => {
      if (code === 0) resolve(said);
      else reject(new Error(`${program} ended with ${code}: ${said.slice(-500)}`));
    });
  });
}
