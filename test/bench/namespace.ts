import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { Missing } from './subject.ts';

const inside = 'BLINDSPOT_BENCH_INSIDE';

/**
 * Starts this very bench again in a network namespace of its own, on the second core: rules in the machine's own
 * namespace (Docker's NAT) would put connection tracking on every loopback packet. Null: it is that one.
 */
export function outside(): number | null {
  if (process.env[inside] !== undefined) return null;
  if (process.platform !== 'linux')
    throw new Missing('These benches read /proc and pin to cores: Linux only.');
  if (availableParallelism() < 2)
    throw new Missing('These benches need two cores: one for the balancer alone.');
  const again = ['taskset', '-c', '1', process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const env = { ...process.env, [inside]: '1' };
  const wrap = isolates()
    ? ['unshare', ...asUser(), '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'bench', ...again]
    : again;
  if (wrap === again)
    process.stderr.write('No namespace of its own: firewall rules of this machine are in the figures.\n');
  const [program = '', ...args] = wrap;
  return spawnSync(program, args, { env, stdio: 'inherit' }).status ?? 1;
}

function isolates(): boolean {
  return spawnSync('unshare', [...asUser(), '--net', 'ip', 'link', 'set', 'lo', 'up']).status === 0;
}

function asUser(): readonly string[] {
  return process.getuid?.() === 0 ? [] : ['--map-root-user'];
}
