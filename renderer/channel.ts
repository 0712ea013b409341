import { BlindspotError } from '../electron/contract/errors.ts';
import type { Channel, Message } from '../electron/rpc/channel.ts';

declare global {
  interface Window {
    /** Put there by Electron's preload; absent in a browser. */
    readonly blindspot?: { readonly channel: Channel };
  }
}

export type OpenChannel = () => Promise<Channel>;

/** The way to the host: Electron's own channel where there is one, otherwise a WebSocket to where the page came from. */
export function openChannel(): Promise<Channel> {
  const bridge = window.blindspot;
  if (bridge !== undefined) return Promise.resolve(bridge.channel);
  const { protocol, host } = window.location;
  return openSocket(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}/channel`);
}

export function openSocket(url: string): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.addEventListener('open', () => resolve(socketChannel(socket)), { once: true });
    // A browser hides why a handshake failed, so there is nothing more to say than this.
    socket.addEventListener(
      'close',
      () =>
        reject(
          new BlindspotError({ code: 'channel-closed', message: 'The Blindspot host does not answer here.' }),
        ),
      { once: true },
    );
  });
}

function socketChannel(socket: WebSocket): Channel {
  return {
    post(message) {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
    on(listener) {
      socket.addEventListener('message', (event: MessageEvent<unknown>) => {
        if (typeof event.data === 'string') listener(JSON.parse(event.data) as Message);
      });
    },
    onClose(listener) {
      socket.addEventListener('close', () => listener(), { once: true });
    },
    close() {
      socket.close();
    },
  };
}
