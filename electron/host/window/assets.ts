import { readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

/** One file of the built window, as both faces serve it. */
export interface Asset {
  readonly type: string;
  readonly bytes: Buffer<ArrayBuffer>;
  /** Vite puts a hash of the content in the name of everything under `assets/`. */
  readonly immutable: boolean;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.map': 'application/json; charset=utf-8',
};

/** The file that a URL path names inside `directory`; null when there is none, or the path would leave it. */
export async function readAsset(directory: string, urlPath: string): Promise<Asset | null> {
  const name = assetName(urlPath);
  const type = name === null ? undefined : types[extname(name)];
  if (name === null || type === undefined) return null;
  const file = join(directory, name);
  if (!file.startsWith(directory.endsWith(sep) ? directory : directory + sep)) return null;
  try {
    return { type, bytes: await readFile(file), immutable: name.startsWith('assets/') };
  } catch {
    return null;
  }
}

/** Plain names only, checked after decoding: no `..`, no hidden file, no drive letter, no NUL. */
function assetName(urlPath: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(urlPath);
  } catch {
    return null;
  }
  if (path === '/' || path === '') return 'index.html';
  const parts = path.replace(/^\//, '').split('/');
  const plain = parts.every((part) => /^[A-Za-z0-9_@-][A-Za-z0-9._@-]*$/.test(part));
  return plain ? parts.join('/') : null;
}
