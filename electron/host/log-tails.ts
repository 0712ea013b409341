import type { LogLine, Logs } from '../contract/measure.ts';
import type { Engine } from './engine/engine.ts';

const keep = 500;

interface Tail {
  lines: readonly LogLine[];
  stop: () => void;
}

/** Follows the logs of the nodes that somebody looks at, and of no others. */
export class LogTails {
  private readonly tails = new Map<string, Tail>();
  private readonly changed: (node: string) => void;

  constructor(changed: (node: string) => void) {
    this.changed = changed;
  }

  follow(engine: Engine, session: string, node: string): void {
    if (this.tails.has(node)) return;
    const tail: Tail = { lines: [], stop: () => undefined };
    this.tails.set(node, tail);
    const add = (line: LogLine): void => {
      tail.lines = [...tail.lines.slice(1 - keep), line];
      this.changed(node);
    };
    engine
      .logs(session, node, add)
      .then((stop) => {
        if (this.tails.get(node) === tail) tail.stop = stop;
        else stop();
      })
      .catch((error: unknown) => {
        add({
          at: Date.now(),
          stream: 'stderr',
          text: error instanceof Error ? error.message : String(error),
        });
      });
  }

  view(node: string): Logs {
    return { lines: this.tails.get(node)?.lines ?? [] };
  }

  stop(node: string): void {
    const tail = this.tails.get(node);
    this.tails.delete(node);
    tail?.stop();
  }

  close(): void {
    for (const node of [...this.tails.keys()]) this.stop(node);
  }
}
