import type { Pool } from '../../balancing/pool.ts';
import { clientHeader } from '../../protocol/common.ts';
import { withoutFields } from '../message.ts';
import type { Call, Services } from './policy.ts';

/** Larger bodies are not copied: the mirror must not cost the request itself its time and our memory. */
const mostBody = 64 * 1024;
/** Read and thrown away, so that the connection can be used again. */
const mostAnswer = 1024 * 1024;

/**
 * call --copy--> mirror's target      whose answer nobody waits for and nobody sees
 *
 * The copy says that it is one: without the client's mark, no witness takes it for the client's own request, and a
 * target that must not act twice can tell (x-blindspot-mirror).
 */
export async function mirrorTo(
  pool: Pool,
  call: Call,
  services: Services,
  count: (what: 'sent' | 'answered' | 'failed') => void,
): Promise<void> {
  const { head, peer } = call;
  let body: Buffer | null = null;
  if (call.hasBody) {
    const start = await call.readBody(mostBody);
    if (!start.whole) {
      call.why('mirror', `not copied: the body is above ${mostBody / 1024} KB`);
      return;
    }
    body = start.bytes;
  }
  const fields = withoutFields(head.fields, [clientHeader]);
  count('sent');
  services
    .ask({
      head: { ...head, fields: [...fields, ['X-Blindspot-Mirror', '1']] },
      body,
      pool,
      prefer: null,
      peer,
      maxBytes: mostAnswer,
    })
    .then(
      () => count('answered'),
      () => count('failed'),
    );
}
