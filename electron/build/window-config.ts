import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { InlineConfig } from 'vite';

/** How the window is built and, in development, served. No file at the top level: Vite is only ever started by us. */
export function windowConfig(root: string): InlineConfig {
  return {
    configFile: false,
    root: join(root, 'renderer'),
    // Relative, so that the same files work under http:// and under app://.
    base: './',
    logLevel: 'warn',
    plugins: [svelte({ configFile: false })],
    build: {
      outDir: join(root, 'out', 'renderer'),
      emptyOutDir: true,
      target: 'es2024',
      // A data: URL would need an exception in the content security policy.
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 2000,
    },
  };
}
