import { channelPair } from '../../../../electron/rpc/pair.ts';
import type { Channel } from '../../../../electron/rpc/channel.ts';
import { serve } from '../../../../electron/rpc/serve.ts';
import { decode } from '../../../../electron/rpc/wire.ts';
import { conforms } from './conformance.ts';

conforms('in memory', (host) => {
  const served: Channel[] = [];
  const connect = (): Channel => {
    const [window, other] = channelPair();
    serve(host, other);
    served.push(other);
    return window;
  };
  const drop = (): void => {
    for (const channel of served) channel.close();
  };
  return Promise.resolve({
    connect: () => Promise.resolve(connect()),
    connectRaw: () => {
      const channel = connect();
      const send = (wire: unknown): void => {
        const message = decode(wire);
        if (message !== null) channel.post(message);
      };
      return Promise.resolve({ channel, send });
    },
    drop,
    stop: () => Promise.resolve().then(drop),
  });
});
