import { parseArgs } from 'node:util';
import { benchClient } from './client.ts';
import { benchLayer } from './layer.ts';
import { benchLife } from './life.ts';
import { benchWaf } from './waf.ts';

/**
 *   npm run bench -- life [--rounds 5]       from `up` to the first measured 200, and `down`, on each engine
 *   npm run bench -- client [--seconds 30]   5,000 requests a second to one healthy backend over kept connections
 *   npm run bench -- l4 | l7 [--json] [--only NAME] [--rounds 7] [--slice 300]
 *                                            beside HAProxy and NGINX, one core each in turn (README.md)
 *   npm run bench -- waf [--crs FOLDER] [--missed 942|all]   the Core Rule Set's own tests: our firewall beside ModSecurity
 *
 * Figures of the machine it runs on, never a test: other work on the machine is in them.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    only: { type: 'string' },
    slice: { type: 'string' },
    json: { type: 'boolean', default: false },
    crs: { type: 'string' },
    missed: { type: 'string' },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const wanted = positionals.length === 0 ? ['life', 'client'] : positionals;

for (const what of wanted) {
  if (what === 'life') await benchLife(Number(values.rounds ?? 5), say);
  else if (what === 'client') await benchClient(Number(values.seconds ?? 30), say);
  else if (what === 'l4' || what === 'l7') {
    const { rounds = '7', slice = '300', only = null, json } = values;
    await benchLayer(what, { rounds: Number(rounds), sliceMs: Number(slice), only, json }, say);
  } else if (what === 'waf') await benchWaf(values.crs, values.missed, say);
  else {
    process.stderr.write(`There is no bench "${what}": say life, client, l4, l7 or waf.\n`);
    process.exitCode = 2;
  }
}
