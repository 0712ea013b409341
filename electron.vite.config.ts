import { defineConfig } from 'electron-vite';

/**
 * Main and preload only, both CommonJS: a sandboxed preload must be one CommonJS file, and Electron reads the main
 * file fastest so. The window is built by electron/build/window-config.ts, with or without Electron.
 */
const file = (name: string, input: string, external: readonly string[] = []) => ({
  outDir: `out/${name}`,
  target: 'node24',
  minify: false,
  reportCompressedSize: false,
  rolldownOptions: {
    input,
    external: [...external],
    output: { format: 'cjs' as const, entryFileNames: `${name}.cjs`, codeSplitting: false },
  },
});

export default defineConfig({
  main: {
    // esbuild only bundles programs from source: an installed app brings them bundled and never loads it.
    build: file('main', 'electron/main/main.ts', ['electron', 'esbuild']),
  },
  preload: {
    // All in one file: what a sandboxed preload may require is `electron` and nothing else.
    build: { ...file('preload', 'electron/preload/preload.ts', ['electron']), externalizeDeps: false },
  },
});
