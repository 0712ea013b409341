import type { WebSocket } from 'ws';
import type { Channel } from '../rpc/channel.ts';
import { textChannel } from '../rpc/wire.ts';

/** A WebSocket as a channel. Binary frames are none of ours and are dropped like any other text that is no message. */
export function socketChannel(socket: WebSocket): Channel {
  const text = textChannel({
    send: (wire) => {
      socket.send(wire, () => undefined);
    },
    close: () => {
      socket.close();
    },
  });
  socket.on('message', (data: Buffer, isBinary) => {
    text.receive(isBinary ? null : data.toString('utf8'));
  });
  socket.on('close', text.closed);
  // A frame that breaks the protocol: ws closes the socket itself, and `close` follows.
  socket.on('error', () => undefined);
  return text.channel;
}
