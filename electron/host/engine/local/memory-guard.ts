import { readFileSync } from 'node:fs';

/**
 * A container has a memory limit that the kernel holds; a plain process has none, and a fault that leaks would take the
 * person's machine with it. So the engine looks, and kills as the kernel would. The limit is wider than a container's,
 * because a look twice a second comes late, and because what a process keeps for itself is counted otherwise.
 */
export interface GuardedNode {
  readonly pid: number | null;
  readonly memoryMiB: number;
  kill(why: string): void;
}

const lookEveryMs = 500;

export function guardMemory(nodes: () => readonly GuardedNode[]): () => void {
  const look = setInterval(() => {
    for (const { pid, memoryMiB, kill } of nodes()) {
      const held = pid === null ? 0 : anonymousMiB(pid);
      const limit = limitMiB(memoryMiB);
      if (held > limit)
        kill(`killed: it holds ${Math.round(held)} MiB, over this engine's limit of ${limit} MiB for it`);
    }
  }, lookEveryMs);
  look.unref();
  return () => clearInterval(look);
}

export function limitMiB(memoryMiB: number): number {
  return memoryMiB * 2 + 64;
}

/** Room for what is young, the same as in a container: docker/image/start says why. */
export const youngFlag = '--max-semi-space-size=8';

/**
 * Node sizes its heap by the memory it sees, in a container by the container's. Here it would see the whole machine and
 * let garbage lie; told the container's limit, it collects as it would there.
 */
export function heapFlags(memoryMiB: number): readonly string[] {
  return [`--max-heap-size=${Math.max(32, Math.round(memoryMiB * 0.75))}`, youngFlag];
}

/** RssAnon (proc(5)): what the process wrote itself, without the program's own pages, which all of them share. */
function anonymousMiB(pid: number): number {
  try {
    const kiB = /^RssAnon:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return Number(kiB ?? 0) / 1024;
  } catch {
    // It has ended, or this is not Linux.
    return 0;
  }
}
