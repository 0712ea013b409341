import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import tar from 'tar-stream';
import type { ImageInputs } from './inputs.ts';

/** The build context as a stream of exactly the inputs: nothing of the working tree can slip in. */
export function buildContext(inputs: ImageInputs, nodeBinary: string): Readable {
  const pack = tar.pack();
  fill(pack, inputs, nodeBinary).catch((error: unknown) => {
    pack.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  return Readable.from(pack);
}

async function fill(pack: tar.Pack, inputs: ImageInputs, nodeBinary: string): Promise<void> {
  // One fixed time: the same inputs make the same bytes.
  const mtime = new Date(0);
  for (const { path, mode, content } of inputs.files) pack.entry({ name: path, mode, mtime }, content);
  const { size } = await stat(nodeBinary);
  await pipeline(createReadStream(nodeBinary), pack.entry({ name: 'bin/node', mode: 0o755, mtime, size }));
  pack.finalize();
}
