import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** One request of the Core Rule Set's own tests, as bytes, and what its authors say of it. */
export interface CrsCase {
  readonly name: string;
  /** "942", of the file of rules that it tests. */
  readonly group: string;
  /** At which paranoia level its rule begins. */
  readonly level: number;
  /** False: a request that its rule must leave alone. */
  readonly attack: boolean;
  readonly bytes: Buffer;
}

/** Debian's source package, fetched beside the machine's own apt lists, which stay as they are. The folder it unpacks to. */
export function fetchCrs(folder: string): string {
  const script = join(import.meta.dirname, '..', '..', '..', '.ci', 'fetch-crs.sh');
  return execFileSync(script, [folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

interface Input {
  readonly method?: string;
  readonly uri?: string;
  readonly version?: string;
  readonly protocol?: string;
  readonly headers?: Readonly<Record<string, string | number | null>>;
  readonly data?: string | readonly string[];
  readonly encoded_request?: string;
  readonly stop_magic?: boolean | string;
}
interface Stage {
  readonly stage: {
    readonly input: Input;
    readonly output: { readonly log_contains?: string; readonly no_log_contains?: string };
  };
}
interface Suite {
  readonly tests?: readonly { readonly test_title: string | number; readonly stages: readonly Stage[] }[];
}

export function readCrsCases(folder: string): readonly CrsCase[] {
  const levels = ruleLevels(join(folder, 'rules'));
  const tests = join(folder, 'tests', 'regression', 'tests');
  return readdirSync(tests)
    .filter((group) => group.startsWith('REQUEST-'))
    .flatMap((group) =>
      readdirSync(join(tests, group))
        .filter((file) => file.endsWith('.yaml'))
        .flatMap((file) => readSuite(join(tests, group, file), group.slice(8, 11), levels)),
    );
}

function readSuite(path: string, group: string, levels: ReadonlyMap<string, number>): readonly CrsCase[] {
  const suite = parse(readFileSync(path, 'utf8'), { uniqueKeys: false }) as Suite;
  return (suite.tests ?? []).flatMap(({ test_title: title, stages }) =>
    stages.flatMap(({ stage: { input, output } }): CrsCase[] => {
      const attack = output.log_contains !== undefined;
      const rule = /(\d{6})/.exec(output.log_contains ?? output.no_log_contains ?? '')?.[1];
      if (rule === undefined) return [];
      return [{ name: String(title), group, level: levels.get(rule) ?? 1, attack, bytes: bytesOf(input) }];
    }),
  );
}

function ruleLevels(folder: string): ReadonlyMap<string, number> {
  const levels = new Map<string, number>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.conf'))) {
    for (const rule of readFileSync(join(folder, file), 'utf8').split(/\n(?=SecRule|SecAction)/)) {
      const id = /\bid:(\d+)/.exec(rule)?.[1];
      const level = /paranoia-level\/(\d)/.exec(rule)?.[1];
      if (id !== undefined) levels.set(id, Number(level ?? 1));
    }
  }
  return levels;
}

/** As the tests' own runner writes them: a length, and a form encoded where it is not yet. */
function bytesOf(input: Input): Buffer {
  if (input.encoded_request !== undefined) return Buffer.from(input.encoded_request, 'base64');
  const headers = Object.entries(input.headers ?? {}).map(([name, value]): [string, string] => [
    name,
    String(value ?? ''),
  ]);
  const has = (wanted: string) => headers.some(([name]) => name.toLowerCase() === wanted);
  let data = Array.isArray(input.data) ? input.data.join('\r\n') : String(input.data ?? '');
  if (data !== '' && input.stop_magic !== true && input.stop_magic !== 'true') {
    if (!has('content-type')) headers.push(['Content-Type', 'application/x-www-form-urlencoded']);
    const form = headers.some(([, value]) => value === 'application/x-www-form-urlencoded');
    if (form && !data.includes('%')) data = encoded(data);
    if (!has('content-length')) headers.push(['Content-Length', String(Buffer.byteLength(data))]);
  }
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const { method = 'GET', uri = '/', version = 'HTTP/1.1' } = input;
  return Buffer.from(`${method} ${uri} ${version}\r\n${lines}\r\n${data}`);
}

function encoded(data: string): string {
  if (!data.includes('=')) return data;
  return data
    .split('&')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at === -1 ? pair : `${pair.slice(0, at)}=${encodeURIComponent(pair.slice(at + 1))}`;
    })
    .join('&');
}
