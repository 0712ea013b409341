import { createHost } from '../../electron/host/create-host.ts';
import { root } from '../support/docker-engine.ts';
import { waitUntil } from '../support/wait.ts';

/** How long a person waits for the story to be up, and to be gone. */
export async function benchLife(rounds: number, say: (line: string) => void): Promise<void> {
  const host = await createHost({ root, face: 'cli' });
  const { controller } = host;
  try {
    for (const { id, available } of controller.engines.reports()) {
      if (!available) continue;
      const firsts: number[] = [];
      const downs: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const called = Date.now();
        const session = await controller.up('green-but-500', id);
        const first = await waitUntil(() => session.state(new Set()).firstAnswerMs, 60_000, 'a first answer');
        // From the call, so that looking for the image and for free addresses is in it.
        firsts.push(session.startedAt + first - called);
        const began = performance.now();
        await controller.down();
        downs.push(performance.now() - began);
      }
      say(`${id}: first 200 after ${words(firsts)}; down after ${words(downs)} (${rounds} rounds)`);
    }
  } finally {
    await host.dispose();
  }
}

function words(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const [least = 0, median = 0, most = 0] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return `${(median / 1000).toFixed(2)} s (${(least / 1000).toFixed(2)} to ${(most / 1000).toFixed(2)})`;
}
