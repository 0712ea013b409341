import type { Member } from '../balancing/member.ts';
import type { TlsFacts } from '../protocol/tls.ts';
import type { OwnCall } from './call.ts';
import type { Cause, Stage } from './failure.ts';
import type { Desync } from './http1/desync.ts';

/** How it went, all told. */
export interface ExchangeEnd {
  readonly call: OwnCall;
  /** How ALB would class the request; null where there is nothing to class. */
  readonly desync: Desync | null;
  readonly member: Member | null;
  /** The status that the client got; null when it got none. */
  readonly status: number | null;
  /** The status that the target gave; null when it gave none. */
  readonly targetStatus: number | null;
  readonly cause: Cause | null;
  /** The policy that answered. */
  readonly by: string | null;
  readonly stage: Stage;
  /** The answer had begun when it ended: what was not whole was cut. */
  readonly begun: boolean;
  readonly server: string | null;
  /** When it came, on performance's clock. */
  readonly began: number;
  /** From sending to the target to its first header byte. */
  readonly serviceMs: number;
  /** When the last target was sent the request, on performance's clock; null where none was. */
  readonly sentAt: number | null;
  /** From that header byte to the client's; 0 unless the access log's form has it. */
  readonly relayMs: number;
  /** Of bodies, to the target and to the client; 0 unless the access log's form has them. */
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** Of the last connection to a target; null in the clear, or where none stood. */
  readonly targetTls: TlsFacts | null;
}
