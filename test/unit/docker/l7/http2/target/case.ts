import type { Asked } from '../../../../../support/target-conversation.ts';
import type { Code } from '../../../../../support/http2-wire.ts';

/** What a target says after its SETTINGS, and what must come of it, however its bytes are cut. */
export interface TargetCase {
  /** "6.5.2", of RFC 9113; "7541 5.2" of HPACK's. */
  readonly section: string;
  readonly name: string;
  readonly says: readonly Buffer[];
  /** A line for each thing heard by the first request, and by the others. */
  readonly heard: readonly (readonly string[])[];
  /** One GET, unless said. */
  readonly asked?: readonly Asked[];
  /** What the target is told: of a stream, or of the connection. */
  readonly reset?: readonly [stream: number, code: Code];
  readonly goaway?: Code;
  /** Its first SETTINGS. */
  readonly settings?: Buffer;
}
