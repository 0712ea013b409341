import type { ClientSettings } from '../../protocol/client.ts';
import type { Transport, Wire } from '../exchange.ts';
import { createRequestWriter } from '../http1/request-writer.ts';
import { ResponseReader } from '../http1/response-reader.ts';
import { createKeptConnections } from '../kept-connections.ts';
import { spelledOnce } from '../spelled.ts';

/** request --> request writer --> connection --> response reader */
export function createHttp1(settings: () => ClientSettings, wire: Wire): Transport {
  const kept = createKeptConnections(settings, wire);
  const writer = spelledOnce(settings, createRequestWriter);
  return {
    send(request, done) {
      const now = settings();
      const { head, body } = writer();
      kept.take(request).connection.exchange({
        head: head(request),
        body,
        reader: new ResponseReader(now.method),
        limits: now,
        done,
      });
    },
    retire: () => kept.retire(),
    destroy: () => kept.destroy(),
  };
}
