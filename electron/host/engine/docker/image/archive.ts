import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { PassThrough, Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdCompress, createZstdDecompress } from 'node:zlib';
import tar from 'tar-stream';
import { BlindspotError } from '../../../../contract/errors.ts';

/**
 * One file that holds the images and what they are:
 *
 *   zstd( label: one tar entry | docker save: a whole tar )
 *
 * The label comes first, so that a wrong file is refused before the engine sees any of it. As plain tar entries the
 * two make one archive that `docker load` reads by hand, too.
 */
export interface ImageLabel {
  readonly tags: readonly string[];
  readonly architecture: string;
}

const labelName = 'blindspot-image.json';
/** Header and one block of content: the label is a line of JSON far below 512 bytes. */
const labelBytes = 1024;
const zstdMagic = 0x28b52ffd;
const gzipMagic = 0x1f8b;

export async function writeArchive(
  file: string,
  label: ImageLabel,
  saved: NodeJS.ReadableStream,
): Promise<number> {
  const fresh = `${file}.part`;
  const joined = new PassThrough();
  try {
    joined.write(await labelEntry(label));
    await Promise.all([
      pipeline(saved, joined),
      pipeline(joined, createZstdCompress(), createWriteStream(fresh)),
    ]);
    await rename(fresh, file);
    return (await stat(file)).size;
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

/** Reads the label, then hands the saved image on as a stream that fails if the file is cut short. */
export async function readArchive(
  file: string,
): Promise<{ readonly label: ImageLabel; readonly saved: Readable }> {
  const decompress = await decompressor(file);
  const found = Promise.withResolvers<ImageLabel>();
  const rest = splitLabel(found.resolve, file);
  const failure = (cause: unknown): BlindspotError =>
    cause instanceof BlindspotError ? cause : notAnImage(file, 'it is damaged or cut short', cause);
  pipeline(createReadStream(file), decompress, rest).catch((cause: unknown) => found.reject(failure(cause)));
  const label = await found.promise;
  const content = async function* (): AsyncGenerator<Buffer, void> {
    try {
      for await (const chunk of rest) yield chunk as Buffer;
    } catch (cause) {
      throw failure(cause);
    }
  };
  return { label, saved: Readable.from(content()) };
}

async function decompressor(file: string): Promise<Transform> {
  const head = Buffer.alloc(4);
  try {
    const handle = await open(file);
    await handle.read(head, 0, 4, 0);
    await handle.close();
  } catch (cause) {
    const problem =
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : 'it cannot be read';
    throw notAnImage(file, problem, cause);
  }
  if (head.readUInt32BE(0) === zstdMagic) return createZstdDecompress();
  if (head.readUInt16BE(0) === gzipMagic) return createGunzip();
  return new PassThrough();
}

function splitLabel(found: (label: ImageLabel) => void, file: string): Transform {
  let head = Buffer.alloc(0);
  let done = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      if (done) {
        next(null, chunk);
        return;
      }
      head = Buffer.concat([head, chunk]);
      if (head.length < labelBytes) {
        next();
        return;
      }
      const label = parseLabel(head);
      if (label === null) {
        next(notAnImage(file, 'it does not begin with the label of one'));
        return;
      }
      done = true;
      found(label);
      next(null, head.subarray(labelBytes));
    },
    flush(next) {
      next(done ? null : notAnImage(file, 'it is too short'));
    },
  });
}

function parseLabel(head: Buffer): ImageLabel | null {
  const name = head.toString('latin1', 0, 100).replace(/\0.*$/s, '');
  if (name !== labelName) return null;
  const size = Number.parseInt(head.toString('latin1', 124, 136), 8);
  if (!Number.isInteger(size) || size > 512) return null;
  try {
    const { tags, architecture } = JSON.parse(head.toString('utf8', 512, 512 + size)) as Partial<ImageLabel>;
    return Array.isArray(tags) && typeof architecture === 'string' ? { tags, architecture } : null;
  } catch {
    return null;
  }
}

/** One tar entry without the closing blocks, because the archive goes on with the saved image. */
async function labelEntry(label: ImageLabel): Promise<Buffer> {
  const pack = tar.pack();
  pack.entry({ name: labelName, mtime: new Date(0) }, JSON.stringify(label));
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).subarray(0, labelBytes);
}

function notAnImage(file: string, why: string, cause?: unknown): BlindspotError {
  return new BlindspotError(
    {
      code: 'image-failed',
      message: `${file} is not an image saved by this app: ${why}.`,
      next: 'Make one with "npm run image -- save FILE" on a machine that has the image.',
      where: file,
    },
    cause,
  );
}
