import { acceptPorts } from '../../../../electron/main/ports.ts';
import type { Channel } from '../../../../electron/rpc/channel.ts';
import { serve } from '../../../../electron/rpc/serve.ts';
import { electronStandIn } from '../../../support/electron-stand-in.ts';
import type { Page } from '../../../support/electron-stand-in.ts';
import { conforms } from './conformance.ts';

conforms("Electron's IPC", (host) => {
  const { electron, loadPage } = electronStandIn();
  const served: Channel[] = [];
  const pages: Page[] = [];
  acceptPorts(electron.ipcMain, (channel) => {
    served.push(channel);
    serve(host, channel);
  });
  const load = (): Page => {
    const page = loadPage();
    pages.push(page);
    return page;
  };
  return Promise.resolve({
    connect: () => Promise.resolve(load().channel),
    connectRaw: () => {
      const page = load();
      return Promise.resolve({ channel: page.channel, send: page.raw });
    },
    drop: () => {
      for (const channel of served) channel.close();
    },
    stop: () => {
      for (const page of pages) page.unload();
      return Promise.resolve();
    },
  });
});
