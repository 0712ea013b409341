import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { RecordingAbout } from '../../contract/recording.ts';
import { readJson } from '../data-dir.ts';

/** What a line of a recording can hold; its value is the contract's shape of that name. */
export const recordKinds = ['about', 'tick', 'entry', 'settings', 'guide', 'facts'] as const;
export type RecordKind = (typeof recordKinds)[number];

export interface RecordLine {
  readonly k: RecordKind;
  readonly at: number;
  readonly v: unknown;
}

export interface PieceName {
  readonly seq: number;
  readonly from: number;
  readonly to: number;
}

export const aboutFile = 'about.json';
const decompress = promisify(gunzip);

/** Names sort as they were written, and say what time they hold, so that a range is found without opening any. */
export function pieceName(seq: number, from: number, to: number): string {
  return `${String(seq).padStart(6, '0')}-${Math.floor(from)}-${Math.ceil(to)}.ndjson.gz`;
}

export function pieceOf(name: string): PieceName | null {
  const found = /^(\d{6,})-(\d+)-(\d+)\.ndjson\.gz$/.exec(name);
  if (found === null) return null;
  return { seq: Number(found[1]), from: Number(found[2]), to: Number(found[3]) };
}

export async function readAbout(file: string): Promise<RecordingAbout | null> {
  const found = await readJson(file);
  const good = typeof found === 'object' && found !== null && 'format' in found && found.format === 1;
  return good ? (found as RecordingAbout) : null;
}

/** A piece that is gone, because the ring moved on, or that is damaged, holds nothing. */
export async function readPiece(file: string): Promise<readonly RecordLine[]> {
  try {
    const text = (await decompress(await readFile(file))).toString('utf8');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as RecordLine);
  } catch {
    return [];
  }
}
