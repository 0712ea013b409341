import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const sliceSchema = z.object({
  ops: z.number(),
  errors: z.number(),
  bytes: z.number(),
  seconds: z.number(),
  /** Seconds of the generator's CPU in which it polled and found nothing. */
  waited: z.number(),
  p50Us: z.number(),
  p99Us: z.number(),
});

/** What the clients saw in one slice of time. */
export type Slice = z.output<typeof sliceSchema>;

export interface ClientsWanted {
  readonly address?: string;
  readonly port: number;
  readonly connections: number;
  /** A connection for each request. */
  readonly churn?: boolean;
  /** The number at its end is the length of the body that the backend answers with. */
  readonly path: string;
  /** `Name: value`. */
  readonly fields?: readonly string[];
}

/** Connections to one balancer, kept between slices. */
export interface Clients {
  /** One request after another on each connection; 0: one on each, and no more. */
  run(ms: number): Promise<Slice>;
  close(): Promise<void>;
}

/** The load generator as a process: its backend stands while it lives. */
export interface Generator {
  readonly pid: number;
  open(wanted: ClientsWanted): Promise<Clients>;
  stop(): Promise<void>;
}

/** Builds load.c into a folder; the program's path. */
export function buildLoad(folder: string): string {
  const program = join(folder, 'load');
  const source = join(import.meta.dirname, 'load.c');
  const flags = ['-O2', '-o', program, source];
  const tried = ['cc', 'clang', 'gcc'].map((compiler) => spawnSync(compiler, flags, { encoding: 'utf8' }));
  if (tried.some(({ status }) => status === 0)) return program;
  const why = tried.map(({ stderr, error }) => stderr || (error?.message ?? '')).join('\n');
  throw new Error(`The load generator could not be built; a C compiler is needed (Debian: gcc).\n${why}`);
}

/** `backendPort` 0: clients only. It polls and never sleeps, unless it is told how long it may. */
export async function startGenerator(program: string, backendPort: number, idleMs = 0): Promise<Generator> {
  const args = [String(backendPort), String(idleMs)];
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let nextId = 0;
  const answer = async (): Promise<unknown> => {
    const { done, value } = await lines.next();
    if (done === true) throw new Error('The load generator ended.');
    return JSON.parse(value) as unknown;
  };
  const ask = async (command: string): Promise<Slice> => {
    child.stdin.write(`${command}\n`);
    return sliceSchema.parse(await answer());
  };
  await answer();
  return {
    pid: child.pid ?? 0,
    async open({ address = '127.0.0.1', port, connections, churn = false, path, fields = [] }) {
      const id = nextId++ % 16;
      const opened = await ask(
        `open ${id} ${address} ${port} ${connections} ${churn ? 1 : 0} ${path} ${fields.join('|')}`,
      );
      if (opened.errors > 0) throw new Error(`${opened.errors} of ${connections} connections failed`);
      return {
        run: (ms) => ask(`run ${id} ${ms}`),
        async close() {
          await ask(`close ${id}`);
        },
      };
    },
    stop: () =>
      new Promise((resolve) => {
        child.once('close', () => resolve());
        child.stdin.end();
      }),
  };
}
