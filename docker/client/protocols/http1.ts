import type { ClientSettings } from '../../protocol/client.ts';
import type { Transport, Wire } from '../exchange.ts';
import { createRequestWriter } from '../http1/request-writer.ts';
import type { RequestWriter } from '../http1/request-writer.ts';
import { ResponseReader } from '../http1/response-reader.ts';
import { createKeptConnections } from '../kept-connections.ts';
import type { Secure } from '../tls.ts';

/** request --> request writer --> connection --> response reader */
export function createHttp1(settings: () => ClientSettings, wire: Wire, secure: Secure | null): Transport {
  const kept = createKeptConnections(settings, wire, secure);
  const writers = new WeakMap<ClientSettings, RequestWriter>();
  const writerOf = (as: ClientSettings): RequestWriter => {
    let writer = writers.get(as);
    if (writer === undefined) writers.set(as, (writer = createRequestWriter(as)));
    return writer;
  };
  return {
    send(request, done) {
      const { head, body } = writerOf(request.as);
      kept.take(request).connection.exchange({
        head: head(request),
        body,
        reader: new ResponseReader(request.as.method),
        limits: settings(),
        done,
      });
    },
    retire: () => kept.retire(),
    destroy: () => kept.destroy(),
  };
}
