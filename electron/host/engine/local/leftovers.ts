import { marked, sessionMark } from './marker.ts';
import { alive, startTimes } from './process-identity.ts';
import type { SessionRecord } from './session-record.ts';

const pollMs = 20;
const patienceMs = 3000;

/**
 * Ends what is left of a session, and waits until it is gone. With grace, SIGTERM comes first: a node whose app lives
 * can then say that it stops, and that app shows an end in order rather than a crash.
 */
export async function endLeftovers(
  record: SessionRecord,
  graceMs: number,
  platform: NodeJS.Platform = process.platform,
): Promise<void> {
  const begin = Date.now();
  let left = await processesOf(record, platform);
  if (graceMs > 0) for (const pid of left) send(pid, 'SIGTERM');
  while (left.length > 0 && Date.now() - begin < graceMs + patienceMs) {
    if (Date.now() - begin >= graceMs) for (const pid of left) send(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    left = await processesOf(record, platform);
  }
}

/**
 * The processes of a session as the system shows them now. The record says where to look; on Linux the mark in the
 * environment also finds what a terminal left in the background.
 */
async function processesOf(record: SessionRecord, platform: NodeJS.Platform): Promise<readonly number[]> {
  const known = record.nodes.map((node) => node.process).filter((process) => process !== null);
  const pids = (await alive(known, platform)).map(({ pid }) => pid);
  if (platform !== 'linux') return pids;
  const found = await startTimes(marked(sessionMark, record.spec.session), platform);
  return [...new Set([...pids, ...found.keys()])].filter((pid) => pid !== process.pid);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone meanwhile, or another user's (sudo in a lab's terminal), which is not ours to end.
  }
}
