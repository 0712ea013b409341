import { expect, it } from 'vitest';
import { soakWire } from '../../soak/wire.ts';

const budgetMs = 60_000;
const limitMs = 240_000;

/** `npm run soak -- wire` for a minute, with another seed each time; what fails says the seed and the bytes. */
it(
  'a minute of mutated PROXY headers, ClientHellos and QUIC packets: each read, refused or waiting, none worse',
  async () => {
    const seed = Date.now() % 2 ** 32;
    const said: string[] = [];
    const done = await soakWire(1_000_000, seed, (line) => void said.push(line), budgetMs);
    process.stdout.write(`${said.at(-1) ?? ''}\n`);
    expect(done).toBeGreaterThan(0);
  },
  limitMs,
);
