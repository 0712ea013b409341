import type { Clock } from '../balancing/clock.ts';
import type { KubeletCommand, KubeletOrder } from '../protocol/kubelet.ts';
import type { NewEvent } from '../protocol/events.ts';

interface Entry {
  readonly command: KubeletCommand;
  taken: boolean;
  readonly cancel: () => void;
}

/**
 * Orders as numbered commands. Whoever carries one out takes it first, and only one taker gets it: events are told
 * again to a host that comes back, or to the next host, and an old SIGKILL must not hit a new container.
 */
export interface CommandBook {
  give(node: string, order: KubeletOrder): KubeletCommand;
  take(id: number): boolean;
  /** The command that a report speaks of, once. */
  close(id: number): KubeletCommand | null;
  dispose(): void;
}

/** A host takes a command within milliseconds; so long after, there is none. */
const untakenMs = 5000;

export function createCommandBook(clock: Clock, emit: (event: NewEvent) => void): CommandBook {
  const open = new Map<number, Entry>();
  let last = 0;
  const drop = (id: number) => {
    open.get(id)?.cancel();
    open.delete(id);
  };
  return {
    give(node, order) {
      last += 1;
      const id = last;
      const command: KubeletCommand = { id, node, ...order };
      const cancel = clock.after(untakenMs, () => {
        if (open.get(id)?.taken !== false) return;
        drop(id);
        emit({ type: 'note', text: `no host took command ${id} (${order.verb} ${node}): nothing was done` });
      });
      open.set(id, { command, taken: false, cancel });
      emit({ type: 'command', ...command });
      return command;
    },
    take(id) {
      const entry = open.get(id);
      if (entry === undefined || entry.taken) return false;
      entry.taken = true;
      entry.cancel();
      return true;
    },
    close(id) {
      const command = open.get(id)?.command ?? null;
      drop(id);
      return command;
    },
    dispose() {
      for (const id of [...open.keys()]) drop(id);
    },
  };
}
