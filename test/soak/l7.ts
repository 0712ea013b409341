//  load, with clients that vanish --> proxy, changed each second --> three backends, one of them faulty
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { policyKinds } from '../../docker/l7/policies/policies.ts';
import { seeded } from '../support/fuzz.ts';
import { waitUntil } from '../support/wait.ts';
import { cleanUp, proxyTo } from '../unit/docker/l7/rig.ts';
import { startBackendProcess } from './l7/backend-process.ts';
import { createBook } from './l7/book.ts';
import { changes, faults } from './l7/changes.ts';
import { startLoad } from './l7/load.ts';

const rate = 2000;
const warmMs = 15_000;
const faultMs = 5000;
/** After a collection, from when all was warm to the end. */
const growthBytes = 24 * 1024 * 1024;

/**
 * Minutes of load while everything changes: then every request that a client sent has ended once, as its client says and as
 * the proxy says, nothing is held any more, and the memory is what it was.
 */
export async function soakL7(minutes: number, seed: number, say: (line: string) => void): Promise<boolean> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heap = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const random = seeded(seed);
  const book = createBook();
  const backends = await Promise.all(['b1', 'b2', 'b3'].map((node) => startBackendProcess(node)));
  const calm = { accessLog: false, responseTimeoutMs: 2000, connectTimeoutMs: 1000 } as const;
  const { port, proxy, group, change } = await proxyTo(
    backends.map((one) => one.port),
    calm,
    [book.witness, ...policyKinds],
  );
  const load = startLoad(port, rate, book, random);
  let warm = 0;
  let changed = 0;
  try {
    const began = Date.now();
    for (let second = 0; Date.now() - began < minutes * 60_000 && book.wrong === null; second++) {
      change(changes[second % changes.length] ?? {});
      changed += 1;
      const turn = Math.floor((second * 1000) / faultMs);
      const [fault, settings] = faults[turn % faults.length] ?? ['latency', {}];
      const faulty = backends[turn % backends.length];
      if ((second * 1000) % faultMs === 0) await faulty?.fault(fault, settings);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      if (((second + 1) * 1000) % faultMs === 0) await faulty?.heal(fault);
      if (warm === 0 && Date.now() - began > warmMs) warm = heap();
      if (second % 30 === 29)
        say(`l7: ${second + 1} s, ${JSON.stringify(book.closed)}, open ${book.open}, heap ${inMiB(heap())}`);
    }
    change({});
    await load.stop();
    await waitUntil(() => proxy.requests.view().inFlight === 0, 30_000, 'a quiet proxy');
    book.settle();
    const held = group.members.reduce((sum, { active, held: letGo }) => sum + active + letGo.size, 0);
    const { received, answered, aborted } = proxy.requests.view();
    const grown = heap() - warm;
    say(`l7: ${changed} changes, ${JSON.stringify(book.closed)}`);
    say(
      `l7: received ${received} = answered ${answered} + aborted ${aborted}; open ${book.open}, held ${held}, heap ${inMiB(warm)} and ${inMiB(grown)} more`,
    );
    if (book.wrong !== null) say(`l7: ${book.wrong}, seed ${seed}`);
    return (
      book.wrong === null &&
      book.open === 0 &&
      held === 0 &&
      received === answered + aborted &&
      (warm === 0 || grown < growthBytes)
    );
  } finally {
    await load.stop();
    await cleanUp();
    for (const backend of backends) await backend.stop();
  }
}

function inMiB(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
