import * as electron from 'electron';
import { noticesVariable, readNotices } from '../contract/start.ts';
import { createHost } from '../host/create-host.ts';
import { engineNotices } from '../host/views.ts';
import { startApp } from './start-app.ts';

const root = electron.app.getAppPath();

void startApp(electron, {
  root,
  notices: readNotices(process.env[noticesVariable]),
  smoke: process.argv.includes('--smoke'),
  createHost: async (notices) => {
    const host = await createHost({ root, face: 'electron', notices: [...notices] });
    for (const { text, next } of engineNotices(host.controller))
      process.stdout.write(`${text}\n  next: ${next ?? ''}\n`);
    return {
      call: (name, params, caller) => host.call(name, params, caller),
      subscribe: (topic, key, listener) => host.subscribe(topic, key, listener),
      dispose: () => host.dispose(),
      letGo: () => {
        host.controller.leave();
      },
    };
  },
  say: (line) => {
    process.stdout.write(`${line}\n`);
  },
  onStop: (stop) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  },
});
