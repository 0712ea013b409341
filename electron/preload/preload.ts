import { contextBridge, ipcRenderer } from 'electron';
import { exposeChannel } from './expose.ts';
import type { PagePort } from './expose.ts';

exposeChannel({
  contextBridge,
  ipcRenderer,
  ports: () => {
    const { port1, port2 } = new MessageChannel();
    return { port1: port1 as unknown as PagePort, port2 };
  },
});
