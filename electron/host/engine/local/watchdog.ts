import { spawn } from 'node:child_process';
import { ownerMark } from './marker.ts';
import type { ProcessIdentity } from './process-identity.ts';

/**
 * A shell that holds the other end of a pipe. When the app is gone, however it went, the kernel closes the pipe, and the
 * watchdog kills what the app left. On Linux that is everything with the app's mark in its environment, which takes in
 * background jobs of terminals; elsewhere it is the processes it was told of, checked by start time. It has a session
 * of its own, so that a Ctrl-C meant for the app passes it by. On Windows there is none: libuv puts every child into a
 * job object that the system ends with the app.
 */
export interface Watchdog {
  /** Null where the platform needs none. */
  readonly pid: number | null;
  watch(processes: readonly ProcessIdentity[]): void;
  close(): void;
}

/** A round more than once, because a loop in a shell may fork between the look and the kill. */
const byMark = `
cat >/dev/null
for round in 1 2 3; do
  for file in $(grep -lzxF -e "$1" /proc/[0-9]*/environ 2>/dev/null); do
    pid=\${file#/proc/}
    kill -KILL "\${pid%/environ}" 2>/dev/null
  done
done`;

const byStartTime = `
list=
while read -r line; do list="$list$line
"; done
printf '%s' "$list" | while read -r pid started; do
  now=$(LC_ALL=C ps -o lstart= -p "$pid" | tr -s ' ' | sed 's/^ //; s/ $//')
  [ "$now" = "$started" ] && kill -KILL "$pid" 2>/dev/null
done`;

export function startWatchdog(mark: string, platform: NodeJS.Platform = process.platform): Watchdog {
  if (platform === 'win32') return { pid: null, watch: () => undefined, close: () => undefined };
  const script = platform === 'linux' ? byMark : byStartTime;
  const child = spawn('/bin/sh', ['-c', script, 'blindspot-watchdog', `${ownerMark}=${mark}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
    env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin' },
  });
  child.unref();
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  return {
    pid: child.pid ?? null,
    watch: (processes) => {
      for (const { pid, started } of processes) child.stdin.write(`${pid} ${started}\n`);
    },
    close: () => child.stdin.end(),
  };
}
