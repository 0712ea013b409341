import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { BlindspotError } from '../../contract/errors.ts';
import type { Tick, TimelineEntry } from '../../contract/measure.ts';
import type {
  RecordedPiece,
  RecordedRange,
  RecordingAbout,
  RecordingInfo,
} from '../../contract/recording.ts';
import { aboutFile, pieceOf, readAbout, readPiece } from './recording-file.ts';
import type { PieceName, RecordLine } from './recording-file.ts';

const keepRecordings = 20;
const keepBytes = 128 * 1024 * 1024;
/** Ticks come four a second: a range of two minutes stays well under the longest message. */
export const longestRangeMs = 120_000;
const exportBytes = 1024 * 1024;
const compress = promisify(gzip);

interface StoredPiece extends PieceName {
  readonly name: string;
  readonly bytes: number;
}

/** The recordings on disk, one folder a session. */
export class Recordings {
  private readonly dir: string;

  constructor(stateDir: string) {
    this.dir = join(stateDir, 'recordings');
  }

  folder(session: string): string {
    if (/^[A-Za-z0-9][\w-]*$/.test(session)) return join(this.dir, session);
    throw unknown(session);
  }

  /** Newest first. */
  async list(live: string | null): Promise<readonly RecordingInfo[]> {
    const names = await readdir(this.dir).catch(() => []);
    const all = await Promise.all(names.map((name) => this.info(name, live)));
    return all.filter((one) => one !== null).sort((a, b) => b.startedAt - a.startedAt);
  }

  async about(session: string): Promise<RecordingAbout> {
    const about = await readAbout(join(this.folder(session), aboutFile));
    if (about === null) throw unknown(session);
    return about;
  }

  async range(session: string, from: number, to: number): Promise<RecordedRange> {
    if (to - from > longestRangeMs) {
      throw new BlindspotError({
        code: 'bad-request',
        message: `A range of ${Math.round((to - from) / 1000)} s is too long to read at once.`,
        next: `Ask for ${longestRangeMs / 1000} s or less.`,
        where: 'to',
      });
    }
    const ticks: Tick[] = [];
    const entries: TimelineEntry[] = [];
    await this.each(session, from, to, ({ k, v }) => {
      if (k === 'tick') ticks.push(v as Tick);
      if (k === 'entry') entries.push(v as TimelineEntry);
    });
    return { from, to, ticks, entries };
  }

  /** Every line of a time, in order, one piece in memory at a time. */
  async each(session: string, from: number, to: number, take: (line: RecordLine) => void): Promise<void> {
    await this.about(session);
    for (const piece of await this.pieces(session)) {
      if (piece.to < from || piece.from > to) continue;
      for (const line of await readPiece(join(this.folder(session), piece.name))) {
        if (line.at >= from && line.at <= to) take(line);
      }
    }
  }

  /** The next megabyte of the exported file, after the piece that the last answer ended with. */
  async export(session: string, after: string | null): Promise<RecordedPiece> {
    const about = await this.about(session);
    const last = after === null ? null : pieceOf(after);
    if (after !== null && last === null) {
      throw new BlindspotError({
        code: 'bad-request',
        message: `No piece is called "${after}".`,
        where: 'after',
      });
    }
    const data: Buffer[] = [];
    if (last === null)
      data.push(await compress(`${JSON.stringify({ k: 'about', at: about.startedAt, v: about })}\n`));
    const rest = (await this.pieces(session)).filter((piece) => piece.seq > (last?.seq ?? -1));
    let bytes = 0;
    let next: string | null = null;
    for (const [index, piece] of rest.entries()) {
      data.push(await readFile(join(this.folder(session), piece.name)).catch(() => Buffer.alloc(0)));
      bytes += piece.bytes;
      if (bytes < exportBytes || index === rest.length - 1) continue;
      next = piece.name;
      break;
    }
    return {
      name: `blindspot-${about.lab}-${session}.ndjson.gz`,
      data: Buffer.concat(data).toString('base64'),
      next,
    };
  }

  /** Makes room for a new recording: the oldest go when there are too many, or too much of them. */
  async prune(kept: string): Promise<void> {
    let bytes = 0;
    for (const [index, one] of (await this.list(null)).entries()) {
      bytes += one.bytes;
      if (one.session === kept || (index < keepRecordings - 1 && bytes <= keepBytes)) continue;
      await rm(this.folder(one.session), { recursive: true, force: true });
    }
  }

  async pieces(session: string): Promise<readonly StoredPiece[]> {
    const folder = this.folder(session);
    const names = (await readdir(folder).catch(() => [])).sort();
    const pieces = await Promise.all(
      names.map(async (name) => {
        const piece = pieceOf(name);
        const found = piece === null ? null : await stat(join(folder, name)).catch(() => null);
        return piece === null || found === null ? null : { ...piece, name, bytes: found.size };
      }),
    );
    return pieces.filter((piece) => piece !== null);
  }

  private async info(session: string, live: string | null): Promise<RecordingInfo | null> {
    const about = await this.about(session).catch(() => null);
    if (about === null) return null;
    const pieces = await this.pieces(session);
    return {
      ...about,
      from: pieces[0]?.from ?? about.startedAt,
      to: pieces.at(-1)?.to ?? about.startedAt,
      bytes: pieces.reduce((sum, piece) => sum + piece.bytes, 0),
      live: session === live,
    };
  }
}

function unknown(session: string): BlindspotError {
  return new BlindspotError({
    code: 'not-found',
    message: `There is no recording of the session "${session}".`,
    next: 'Look at the list of recordings.',
    where: 'session',
  });
}
