import type { EngineId, EngineReport } from '../contract/app.ts';
import { BlindspotError } from '../contract/errors.ts';
import type { Engine, FoundSession } from './engine/engine.ts';

/** The two engines, what each last said of itself, and which one labs go to. */
export class Engines {
  private readonly all: readonly Engine[];
  private known: readonly EngineReport[] = [];
  private wanted: EngineId | null = null;

  constructor(all: readonly Engine[]) {
    this.all = all;
  }

  async refresh(anew = false): Promise<void> {
    this.known = await Promise.all(this.all.map((engine) => engine.report(anew)));
  }

  reports(): readonly EngineReport[] {
    return this.known;
  }

  /** The person's choice while it is available; otherwise Docker, otherwise the embedded engine. */
  chosen(): EngineId | null {
    const available = this.known.filter((report) => report.available).map((report) => report.id);
    if (this.wanted !== null && available.includes(this.wanted)) return this.wanted;
    return available.includes('docker') ? 'docker' : (available[0] ?? null);
  }

  choose(id: EngineId): void {
    this.use(id);
    this.wanted = id;
  }

  /** The engine of that name if it answers; the one chosen if none is named. */
  use(id?: EngineId): { readonly engine: Engine; readonly report: EngineReport } {
    const name = id ?? this.chosen();
    const engine = this.all.find((candidate) => candidate.id === name);
    const report = this.known.find((candidate) => candidate.id === name);
    if (engine === undefined || report?.available !== true) {
      throw new BlindspotError({
        code: 'engine-missing',
        message: report?.diagnosis?.what ?? 'No engine answers on this machine.',
        next: report?.diagnosis?.next ?? 'Run "npm run lab -- doctor" to see what is missing.',
      });
    }
    return { engine, report };
  }

  get(id: EngineId): Engine | undefined {
    return this.all.find((engine) => engine.id === id);
  }

  /** Every session on every engine that answers. */
  async found(): Promise<readonly FoundSession[]> {
    const answering = this.all.filter((engine) => this.known.some((r) => r.id === engine.id && r.available));
    const lists = await Promise.all(answering.map((engine) => engine.found().catch(() => [])));
    return lists.flat();
  }

  async dispose(): Promise<void> {
    await Promise.all(this.all.map((engine) => engine.dispose()));
  }
}
