import type { QuicClient } from '../../protocol/quic.ts';

/** The second address is the other network's; who has one alone moves to another port of it. */
export function sourceOn(network: QuicClient['network'], sources: readonly string[]): string | undefined {
  return (network === 'mobile' ? sources[1] : undefined) ?? sources[0];
}
