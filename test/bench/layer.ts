import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate } from './balancers/balancer.ts';
import { l4Cases } from './l4-cases.ts';
import { l7Cases } from './l7-cases.ts';
import { buildLoad } from './load/generator.ts';
import { outside } from './namespace.ts';
import { tableOf } from './report.ts';
import type { CaseResult } from './rounds.ts';
import { openStand } from './stand.ts';

export interface LayerOptions {
  readonly rounds: number;
  readonly sliceMs: number;
  /** Only cases whose name contains it. */
  readonly only: string | null;
  readonly json: boolean;
}

/** Ours beside HAProxy and NGINX, on the same core and in the same minutes. */
export async function benchLayer(
  layer: 'l4' | 'l7',
  options: LayerOptions,
  say: (line: string) => void,
): Promise<void> {
  const cases = (layer === 'l4' ? l4Cases : l7Cases).filter(
    ({ name }) => options.only === null || name.includes(options.only),
  );
  if (cases.length === 0) throw new Error(`No case of ${layer} has "${options.only ?? ''}" in its name.`);
  const status = outside();
  if (status !== null) {
    process.exitCode = status;
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'bs-bench-'));
  const results: CaseResult[] = [];
  try {
    const stand = await openStand({
      ...options,
      program: buildLoad(folder),
      certificate: certificateIn(folder),
    });
    try {
      for (const one of cases) {
        process.stderr.write(`${layer}: ${one.name}\n`);
        results.push(...(await one.run(stand)));
      }
    } finally {
      await stand.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  say(options.json ? JSON.stringify({ cases: results }) : tableOf(results));
}

/** ECDSA on P-256, as most of the web has it. */
function certificateIn(folder: string): Certificate {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'crt.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const name = ['-subj', '/CN=bench.test', '-addext', 'subjectAltName=DNS:bench.test'];
  const made = spawnSync('openssl', ['req', '-x509', ...kind, ...name, '-keyout', key, '-out', certificate]);
  if (made.status !== 0) throw new Error('openssl could not make a certificate; is it installed?');
  return { certificate: readFileSync(certificate, 'latin1'), key: readFileSync(key, 'latin1') };
}
