import { parseArgs } from 'node:util';
import { soakL4 } from './l4.ts';
import { soakHost } from './host.ts';
import { soakL7 } from './l7.ts';
import { soakLedger } from './ledger.ts';
import { soakLabs } from './labs.ts';
import { takePictures } from './pictures.ts';
import { soakRequests } from './requests.ts';
import { soakWire } from './wire.ts';

/**
 *   npm run soak -- labs [--engine docker|local] [--repeat 20]     every lab proved again and again
 *   npm run soak -- host [--minutes 60]                            the server's memory with a lab up and a window open
 *   npm run soak -- ledger [--minutes 10] [--engine docker|local]  1,000 requests a second while faults flip: the books balance
 *   npm run soak -- l4 [--minutes 10]                              2,000 connections a second through the forwarder: no byte lost
 *   npm run soak -- wire [--count 1000000 | --seconds N] [--seed N]      mutated PROXY headers, ClientHellos and QUIC packets
 *   npm run soak -- requests [--count 1000000 | --seconds N] [--seed N]  mutated HTTP requests, each byte split, through the L7 proxy
 *   npm run soak -- l7 [--minutes 10] [--seed N]                   2,000 requests a second, faults, a change each second, clients that vanish
 *   npm run soak -- pictures [LAB...] [--engine docker|local]      pictures of the window: each step of each lab, then every panel, with axe's word
 *
 * Long on purpose; `npm test` runs two minutes each of `requests` and `wire`.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: 'string' },
    repeat: { type: 'string' },
    minutes: { type: 'string' },
    count: { type: 'string' },
    seconds: { type: 'string' },
    seed: { type: 'string' },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const [what = 'labs'] = positionals;
const engine = values.engine === 'docker' || values.engine === 'local' ? values.engine : undefined;
const seed = Number(values.seed ?? Date.now() % 2 ** 32);
// The fuzzers: until enough were tried, or for so long.
const seconds = Number(values.seconds ?? Infinity);
const count = Number(values.count ?? (values.seconds === undefined ? 1_000_000 : Infinity));

if (what === 'labs') {
  process.exitCode = (await soakLabs(Number(values.repeat ?? 20), values.engine, say)) ? 0 : 1;
} else if (what === 'host') {
  process.exitCode = (await soakHost(Number(values.minutes ?? 60), say)) ? 0 : 1;
} else if (what === 'ledger') {
  process.exitCode = (await soakLedger(Number(values.minutes ?? 10), engine, say)) ? 0 : 1;
} else if (what === 'l4') {
  process.exitCode = (await soakL4(Number(values.minutes ?? 10), say)) ? 0 : 1;
} else if (what === 'wire') {
  process.exitCode = (await soakWire({ count, seconds }, seed, say)) ? 0 : 1;
} else if (what === 'l7') {
  process.exitCode = (await soakL7(Number(values.minutes ?? 10), seed, say)) ? 0 : 1;
} else if (what === 'requests') {
  process.exitCode = (await soakRequests({ count, seconds }, seed, say)) ? 0 : 1;
} else if (what === 'pictures') {
  process.exitCode = (await takePictures(positionals.slice(1), engine, say)) ? 0 : 1;
} else {
  process.stderr.write(
    `There is no soak "${what}": say labs, host, ledger, l4, wire, requests, l7 or pictures.\n`,
  );
  process.exitCode = 2;
}
