import type { Protocol } from 'electron';
import { readAsset } from '../host/window/assets.ts';
import { windowHeaders } from '../host/window/headers.ts';
import { isOurs, scheme } from './window-address.ts';

/** Before the app is ready: makes `app://` a proper origin, so that `'self'` means something. */
export function declareScheme(protocol: Protocol): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the built window, and nothing else on this machine's disk. */
export function serveWindow(protocol: Protocol, assets: string): void {
  const headers = windowHeaders([]);
  protocol.handle(scheme, async (request) => {
    const asset = isOurs(request.url) ? await readAsset(assets, new URL(request.url).pathname) : null;
    if (asset === null) {
      const text = 'The window is not built: run "npm run build".';
      return new Response(text, { status: 404, headers: { ...headers, 'content-type': 'text/plain' } });
    }
    return new Response(asset.bytes, { headers: { ...headers, 'content-type': asset.type } });
  });
}
