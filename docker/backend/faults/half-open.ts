import { execFileSync } from 'node:child_process';
import type { FaultSettings } from '../../protocol/faults.ts';
import { AdminProblem } from '../../lib/admin-problem.ts';
import type { Fault } from '../fault.ts';

/** The kernel drops what comes to the port and what goes from it: to the other end, this host has ceased to exist. */
export const halfOpen: Fault<FaultSettings<'half-open'>> = {
  layer: 'process',
  apply(_settings, { port, log }) {
    // As a container's first process it has a network to itself. Anywhere else this would be the machine's own firewall.
    if (process.pid !== 1) {
      throw new AdminProblem('bad-request', 'packets can only be dropped in a container with NET_ADMIN');
    }
    const table = `inet blindspot_half_open_${port}`;
    nft(
      `table ${table} {
        chain input { type filter hook input priority -10; tcp dport ${port} drop; }
        chain output { type filter hook output priority -10; tcp sport ${port} drop; }
      }`,
    );
    return {
      undo() {
        try {
          nft(`delete table ${table}`);
        } catch (error) {
          log((error as Error).message);
        }
      },
    };
  },
};

function nft(rules: string): void {
  try {
    execFileSync('nft', ['-f', '-'], { input: rules, stdio: ['pipe', 'pipe', 'pipe'], timeout: 5000 });
  } catch (error) {
    const { stderr, code } = error as { readonly stderr?: Buffer; readonly code?: string };
    const why = code === 'ENOENT' ? 'nft is not installed here' : (stderr?.toString().split('\n')[0] ?? '');
    throw new AdminProblem('bad-request', `nftables would not drop packets (it needs NET_ADMIN): ${why}`);
  }
}
