/**
 * Work that follows something which changes at any time: never twice at once, and once more when it changed meanwhile.
 * `settled` resolves when what the kernel holds is what was wanted last.
 */
export interface InStep {
  request(): void;
  settled(): Promise<void>;
}

export function inStep(work: () => Promise<void>): InStep {
  let wanted = false;
  let running: Promise<void> | null = null;
  const run = async () => {
    while (wanted) {
      // A burst of changes is one change; and whoever asked has first finished what it was about.
      await Promise.resolve();
      wanted = false;
      await work();
    }
    running = null;
  };
  return {
    request() {
      wanted = true;
      running ??= run();
    },
    settled: () => running ?? Promise.resolve(),
  };
}
