import type { Conversation } from './conversation.ts';
import type { Frame } from './decode/frame.ts';

/** One packet from one machine to another, with every look that was taken at it on the way. */
export interface Crossing {
  readonly seq: number;
  /** The earliest look. */
  readonly at: number;
  readonly frame: Frame;
  readonly from: string | null;
  readonly to: string | null;
  readonly conversation: Conversation | null;
  readonly by: 'client' | 'server' | null;
  readonly protocol: string;
  readonly layer: 2 | 3 | 4 | 6 | 7;
  readonly text: string;
  readonly marks: ReadonlySet<Mark>;
  readonly looks: readonly Look[];
}

/**
 * What a packet means for its connection: the third of the handshake, a reset of an open connection, a refusal (a reset
 * in answer to a SYN), the last acknowledgement of a four-way close, something sent again.
 */
export type Mark = 'open' | 'established' | 'fin' | 'closed' | 'reset' | 'refused' | 'again' | 'keep-alive';

export interface Look {
  /** The node on whose interface it was seen. */
  readonly node: string;
  readonly at: number;
  readonly length: number;
  readonly bytes: Buffer;
}
