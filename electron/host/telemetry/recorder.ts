import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { RecordingAbout, RecordingState } from '../../contract/recording.ts';
import { aboutFile, pieceName, pieceOf } from './recording-file.ts';
import type { RecordKind } from './recording-file.ts';

const pieceMs = 15_000;
const pieceChars = 4 * 1024 * 1024;
export const limitBytes = 32 * 1024 * 1024;
const compress = promisify(gzip);

export interface RecorderOptions {
  readonly dir: string;
  readonly about: RecordingAbout;
  readonly limitBytes?: number;
  /** Tests put a full disk here. */
  readonly write?: (file: string, data: Uint8Array | string) => Promise<void>;
  readonly changed?: () => void;
}

interface Piece {
  readonly name: string;
  readonly bytes: number;
}

/**
 *   lines (in memory, at most 15 s of them) -> gzip -> one file a piece; the oldest piece goes when all are too many
 *
 * What is on disk is always whole pieces: a crash loses the last seconds and no more. A disk that takes nothing loses
 * pieces, says so, and is tried again with the next one; the lab never waits for it.
 */
export class Recorder {
  private readonly dir: string;
  private readonly about: RecordingAbout;
  private readonly limit: number;
  private readonly write: (file: string, data: Uint8Array | string) => Promise<void>;
  private readonly changed: () => void;
  private lines: string[] = [];
  private chars = 0;
  private from = Infinity;
  private to = -Infinity;
  private pieces: Piece[] = [];
  private seq = 0;
  private opened = false;
  private trouble: string | null = null;
  private lostPieces = 0;
  private writing: Promise<void> = Promise.resolve();

  constructor({ dir, about, limitBytes: limit = limitBytes, write = writeFile, changed }: RecorderOptions) {
    this.dir = dir;
    this.about = about;
    this.limit = limit;
    this.write = write;
    this.changed = changed ?? (() => undefined);
  }

  add(kind: RecordKind, at: number, value: unknown): void {
    const line = JSON.stringify({ k: kind, at, v: value });
    this.lines.push(line);
    this.chars += line.length;
    this.from = Math.min(this.from, at);
    this.to = Math.max(this.to, at);
    if (this.to - this.from >= pieceMs || this.chars >= pieceChars) void this.flush();
  }

  /** All that was added so far is on disk when this is done, or counted as lost. */
  flush(): Promise<void> {
    if (this.lines.length > 0) {
      const text = `${this.lines.join('\n')}\n`;
      const [from, to] = [this.from, this.to];
      this.lines = [];
      this.chars = 0;
      this.from = Infinity;
      this.to = -Infinity;
      this.writing = this.writing.then(() => this.save(text, from, to));
    }
    return this.writing;
  }

  state(): RecordingState {
    const [first, last] = [this.pieces[0], this.pieces.at(-1)];
    return {
      session: this.about.session,
      from: pieceOf(first?.name ?? '')?.from ?? this.about.startedAt,
      to: pieceOf(last?.name ?? '')?.to ?? this.about.startedAt,
      bytes: this.pieces.reduce((sum, piece) => sum + piece.bytes, 0),
      limitBytes: this.limit,
      trouble: this.trouble,
      lostPieces: this.lostPieces,
    };
  }

  private async save(text: string, from: number, to: number): Promise<void> {
    try {
      await this.open();
      const data = await compress(text);
      const name = pieceName(++this.seq, from, to);
      await this.put(name, data);
      this.pieces.push({ name, bytes: data.length });
      this.trouble = null;
      await this.shorten();
    } catch (thrown) {
      this.lostPieces += 1;
      // The folder itself may be gone: look again before the next piece.
      this.opened = false;
      this.trouble = inWords(thrown);
    }
    this.changed();
  }

  /** An adopted lab goes on with the recording it had. */
  private async open(): Promise<void> {
    if (this.opened) return;
    await mkdir(this.dir, { recursive: true });
    await this.put(aboutFile, JSON.stringify(this.about));
    this.pieces = [];
    for (const name of (await readdir(this.dir)).sort()) {
      const piece = pieceOf(name);
      if (piece === null) continue;
      this.pieces.push({ name, bytes: (await stat(join(this.dir, name))).size });
      this.seq = Math.max(this.seq, piece.seq);
    }
    this.opened = true;
  }

  private async put(name: string, data: Uint8Array | string): Promise<void> {
    const file = join(this.dir, name);
    const fresh = `${file}.new`;
    try {
      await this.write(fresh, data);
      await rename(fresh, file);
    } catch (thrown) {
      await rm(fresh, { force: true }).catch(() => undefined);
      throw thrown;
    }
  }

  private async shorten(): Promise<void> {
    let bytes = this.pieces.reduce((sum, piece) => sum + piece.bytes, 0);
    while (bytes > this.limit && this.pieces.length > 1) {
      const [oldest] = this.pieces.splice(0, 1);
      if (oldest === undefined) return;
      await rm(join(this.dir, oldest.name), { force: true });
      bytes -= oldest.bytes;
    }
  }
}

function inWords(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'The disk is full.';
  return thrown instanceof Error ? thrown.message : String(thrown);
}
