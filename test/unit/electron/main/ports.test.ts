import { describe, expect, it } from 'vitest';
import { acceptPorts } from '../../../../electron/main/ports.ts';
import type { Channel, Message } from '../../../../electron/rpc/channel.ts';
import { electronStandIn } from '../../../support/electron-stand-in.ts';
import { waitUntil } from '../../../support/wait.ts';

describe('ports from pages', () => {
  it.each([
    ['a page from elsewhere', { url: 'https://evil.example/' }, null, 1],
    ['a page whose address only begins like ours', { url: 'app://blindspot.evil/' }, null, 1],
    ['a page that puts our name before an @', { url: 'app://blindspot@evil/' }, null, 1],
    ['a file', { url: 'file:///index.html' }, null, 1],
    ['no address', { url: '' }, null, 1],
    ['a frame inside our page', { parent: {} }, null, 1],
    ['a frame that is gone', { parent: undefined }, null, 1],
    ['a payload that is none of ours', {}, { k: 'call' }, 1],
    ['no port', {}, null, 0],
  ])('refuses %s', async (_what, frame, payload, ports) => {
    const { electron, loadPage } = electronStandIn();
    const channels: Channel[] = [];
    acceptPorts(electron.ipcMain, (channel) => channels.push(channel));
    const page = loadPage(frame, payload, ports);
    expect(channels).toEqual([]);
    if (ports > 0) await waitUntil(() => page.portClosed());
    page.unload();
  });

  it('takes our own page, and reads no message but ours', async () => {
    const { electron, loadPage } = electronStandIn();
    const messages: Message[] = [];
    let closed = 0;
    acceptPorts(electron.ipcMain, (channel) => {
      channel.on((message) => messages.push(message));
      channel.onClose(() => (closed += 1));
    });
    const page = loadPage();
    for (const wire of [{ k: 'sub', topic: 'app', key: '' }, 7, null, '{}', 'x'.repeat(5 * 1024 * 1024)]) {
      page.raw(wire);
    }
    page.channel.post({ k: 'sub', topic: 'app', key: '' });
    await waitUntil(() => messages.length === 1);
    expect(messages).toEqual([{ k: 'sub', topic: 'app', key: '' }]);
    page.unload();
    await waitUntil(() => closed === 1);
  });
});
