import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../../../electron/host/checks/evaluate.ts';
import { checkSchema } from '../../../../../labs/checks.ts';
import { balancerStats, clientStats, evidence, sample } from '../../../../support/evidence.ts';

const packets = { receivedPackets: 0, sentPackets: 0 };

/** What the node's interface has sent and the client has received, after a second. */
function verdict(sent: number | null, received: number, bounds: object) {
  const check = checkSchema.parse({ type: 'crossing', node: 'lb', client: 'client', ...bounds });
  const { process, ...balancer } = balancerStats({});
  const node = (sentBytes: number | null) => ({
    ...balancer,
    process: { ...process, network: sentBytes === null ? null : { receivedBytes: 0, sentBytes, ...packets } },
  });
  const client = (bytes: number) => clientStats({ bytes: { sent: 0, received: bytes } });
  const samples = {
    lb: [sample(0, node(sent === null ? null : 500)), sample(1000, node(sent === null ? null : 500 + sent))],
    client: [sample(0, client(100)), sample(1000, client(100 + received))],
  };
  return evaluate('step', check, evidence({ samples, now: 1000 }));
}

describe('crossing', () => {
  it('sets what an interface sent against what a client received', () => {
    expect(verdict(2_100_000, 2_000_000, { atLeast: 0.98 })).toMatchObject({
      state: 'pass',
      measured: 'lb sent 2.1 MB, client received 2.0 MB',
    });
    expect(verdict(100_000, 2_000_000, { atLeast: 0.98 }).state).toBe('fail');
    expect(verdict(100_000, 2_000_000, { atMost: 0.1 }).state).toBe('pass');
    expect(verdict(900_000, 2_000_000, { atLeast: 0.4, atMost: 0.6 }).state).toBe('pass');
  });

  it('says nothing of a few bytes, nor of a node without an interface of its own', () => {
    expect(verdict(50_000, 900_000, { atMost: 0.1 }).state).toBe('waiting');
    expect(verdict(50_000, 900_000, { atMost: 0.1, sampleBytes: 900_000 }).state).toBe('pass');
    expect(verdict(null, 2_000_000, { atMost: 0.1 }).state).toBe('waiting');
  });
});
