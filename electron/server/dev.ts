import type { Middleware } from './server.ts';

/** Vite's own development server behind our gate: the window reloads as its source changes. */
export async function devMiddleware(root: string): Promise<{
  readonly middleware: Middleware;
  readonly close: () => Promise<void>;
}> {
  // Only a developer pays for loading Vite.
  const [{ createServer }, { windowConfig }] = await Promise.all([
    import('vite'),
    import('../build/window-config.ts'),
  ]);
  const vite = await createServer({
    ...windowConfig(root),
    logLevel: 'info',
    // A second WebSocket on our port would have to pass our gate; reloading by hand is simpler than a hole in it.
    server: { middlewareMode: true, hmr: false, ws: false },
    appType: 'spa',
  });
  return {
    middleware: (request, response) => vite.middlewares(request, response),
    close: () => vite.close(),
  };
}
