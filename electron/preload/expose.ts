import type { Channel } from '../rpc/channel.ts';
import { ipcChannel } from '../rpc/names.ts';
import { textChannel } from '../rpc/wire.ts';

// page --window.blindspot.channel--> preload --MessagePort--> main

/** The few parts of Electron and of the page that the preload touches; tests give their own. */
export interface PreloadPlace {
  readonly contextBridge: { exposeInMainWorld(key: string, api: unknown): void };
  readonly ipcRenderer: { postMessage(channel: string, message: null, transfer: never[]): void };
  readonly ports: () => { readonly port1: PagePort; readonly port2: unknown };
}

export interface PagePort {
  postMessage(text: string): void;
  addEventListener(type: 'message' | 'close', listener: (event: { readonly data?: unknown }) => void): void;
  start(): void;
  close(): void;
}

/**
 * Puts exactly one thing on the window: a Channel. Not ipcRenderer, not an event, nothing that grows when a request is
 * added. The port dies with the page, so a reload ends what the page had open.
 */
export function exposeChannel({ contextBridge, ipcRenderer, ports }: PreloadPlace): void {
  const { port1, port2 } = ports();
  const text = textChannel({
    send: (wire) => {
      port1.postMessage(wire);
    },
    close: () => {
      port1.close();
    },
  });
  port1.addEventListener('message', ({ data }) => {
    text.receive(data);
  });
  port1.addEventListener('close', text.closed);
  port1.start();
  ipcRenderer.postMessage(ipcChannel, null, [port2 as never]);
  const { post, on, onClose, close } = text.channel;
  const channel: Channel = { post, on, onClose, close };
  contextBridge.exposeInMainWorld('blindspot', { channel });
}
