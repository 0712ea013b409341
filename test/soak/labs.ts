import { createHost } from '../../electron/host/create-host.ts';
import { prove } from '../../electron/host/checks/verify.ts';
import type { EngineId } from '../../electron/contract/app.ts';
import { root } from '../support/docker-engine.ts';

/** Every lab on every engine that answers, so many times; true if no verdict failed. */
export async function soakLabs(
  repeat: number,
  only: string | undefined,
  say: (line: string) => void,
): Promise<boolean> {
  const host = await createHost({ root, face: 'cli' });
  const { controller } = host;
  const engines = controller.engines
    .reports()
    .filter((report) => report.available && (only === undefined || report.id === only))
    .map((report) => report.id);
  const { labs } = await controller.shelf.load();
  let failed = 0;
  try {
    for (const engine of engines) {
      for (const lab of labs) failed += await soakLab(engine, lab);
    }
  } finally {
    await host.dispose();
  }
  say(`${failed} false or failed verdicts`);
  return failed === 0;

  async function soakLab(engine: EngineId, lab: (typeof labs)[number]): Promise<number> {
    const seconds: number[] = [];
    let bad = 0;
    for (let round = 1; round <= repeat; round++) {
      const proof = await prove(controller, lab, engine, () => undefined);
      if (proof.verdict === 'skipped') return 0;
      seconds.push(proof.seconds);
      if (proof.verdict === 'failed') {
        bad++;
        say(`  round ${round}: ${proof.reason}`);
      }
    }
    const [median = 0] = seconds.toSorted((a, b) => a - b).slice(Math.floor(seconds.length / 2));
    say(
      `${lab.id} on ${engine}: ${repeat - bad} of ${repeat} proved, median ${median} s, longest ${Math.max(...seconds)} s`,
    );
    return bad;
  }
}
