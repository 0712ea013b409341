import { describe, expect, it } from 'vitest';
import { ipvsSums, natScript } from '../../../../docker/kernel/ipvs.ts';
import { l4SettingsSchema } from '../../../../docker/protocol/balancer.ts';

const front = { address: '10.9.0.2', port: 8080, virtual: false };
const backend = { id: 'backend-1', address: '10.9.0.11', port: 8080, weight: 1 };
const count = (n: number) => ({
  connections: n,
  packetsIn: 10 * n,
  packetsOut: 8 * n,
  bytesIn: 100 * n,
  bytesOut: 1000 * n,
});
const seen = (service: number, server: number) => ({
  service: count(service),
  servers: new Map([['10.9.0.11:8080', count(server)]]),
});

describe('ipvs', () => {
  it('goes on counting for a server that was taken out and put back', () => {
    const sums = ipvsSums();
    sums.see(seen(4, 4));
    sums.gone('10.9.0.11:8080');
    // More than before, and all of it new.
    sums.see(seen(9, 5));
    const { accepted, targets } = sums.reading([backend]);
    expect(accepted).toBe(9);
    expect(targets.get('backend-1')).toEqual({
      opened: 9,
      toTarget: { packets: 90, bytes: 900 },
      fromTarget: { packets: 72, bytes: 9000 },
    });
  });

  it('masquerades only what came for its front, and only where asked to', () => {
    const script = (kernel: object) => {
      const settings = l4SettingsSchema.parse({ plane: 'ipvs', kernel });
      return natScript(front, { serving: [], known: [], settings }, ['add table netdev guard']);
    };
    expect(script({ masquerade: true })).toContain(
      'ct original ip daddr 10.9.0.2 ct original proto-dst 8080 masquerade',
    );
    expect(script({})).not.toContain('masquerade');
    expect(script({})).toContain('add table netdev guard');
  });
});
