/**
 * Workers that serve requests, first come first served. A limit of 0 means as many as are asked for. While it leaks, a
 * worker that has finished is not given back: the deadlock of the pool that nobody closes.
 */
export interface WorkerPool {
  setLimit(limit: number): void;
  /** Runs `go` with a worker, at once or when one is free. */
  acquire(go: (release: () => void) => void): Ticket;
  /** Stands in for the limit until undone; leaked workers come back with the undoing. */
  override(options: { readonly limit: number; readonly leaks: boolean }): () => void;
  readonly busy: number;
  readonly waiting: number;
}

export interface Ticket {
  /** True while no worker has been found yet. */
  readonly waiting: boolean;
  /** Leaves the queue; nothing, for one that has had its worker. */
  cancel(): void;
}

export function createWorkerPool(): WorkerPool {
  let limit = 0;
  let override: { readonly limit: number; readonly leaks: boolean } | null = null;
  let busy = 0;
  let leaked = 0;
  const queue = new Set<() => void>();

  const free = () => {
    const present = override?.limit ?? limit;
    return present === 0 || busy + leaked < present;
  };
  const serveQueue = () => {
    for (const start of queue) {
      if (!free()) return;
      queue.delete(start);
      start();
    }
  };
  const release = () => {
    busy -= 1;
    if (override?.leaks === true) leaked += 1;
    serveQueue();
  };

  return {
    setLimit(next) {
      limit = next;
      serveQueue();
    },
    acquire(go) {
      const start = () => {
        busy += 1;
        let held = true;
        go(() => {
          if (!held) return;
          held = false;
          release();
        });
      };
      queue.add(start);
      serveQueue();
      return {
        get waiting() {
          return queue.has(start);
        },
        cancel: () => void queue.delete(start),
      };
    },
    override(options) {
      override = options;
      serveQueue();
      return () => {
        override = null;
        leaked = 0;
        serveQueue();
      };
    },
    get busy() {
      return busy + leaked;
    },
    get waiting() {
      return queue.size;
    },
  };
}
