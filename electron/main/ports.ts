import type { IpcMain, IpcMainEvent, MessagePortMain } from 'electron';
import type { Channel } from '../rpc/channel.ts';
import { ipcChannel } from '../rpc/names.ts';
import { textChannel } from '../rpc/wire.ts';
import { isOurs } from './window-address.ts';

/**
 * Takes the port that our own page hands over, and gives it on as a channel. A frame inside the page, a page from
 * elsewhere, or any other payload gets nothing. What then comes through the port is read by `decode`, field by field.
 */
export function acceptPorts(ipcMain: IpcMain, onChannel: (channel: Channel) => void): void {
  ipcMain.on(ipcChannel, (event, payload: unknown) => {
    const port = portOf(event, payload);
    if (port === null) for (const refused of event.ports) refused.close();
    else onChannel(portChannel(port));
  });
}

function portOf({ senderFrame, ports }: IpcMainEvent, payload: unknown): MessagePortMain | null {
  // A frame that has gone or moved on meanwhile is null: whose port this is can no longer be told.
  if (senderFrame?.parent !== null || !isOurs(senderFrame.url)) return null;
  return payload === null && ports.length === 1 ? (ports[0] ?? null) : null;
}

function portChannel(port: MessagePortMain): Channel {
  const text = textChannel({
    send: (wire) => {
      port.postMessage(wire);
    },
    close: () => {
      port.close();
    },
  });
  port.on('message', ({ data }) => {
    text.receive(data);
  });
  port.on('close', text.closed);
  port.start();
  return text.channel;
}
