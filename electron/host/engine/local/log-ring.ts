import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';
import type { LogLine } from '../../../contract/measure.ts';

const kept = 500;
/** A program that never ends its line must not fill the host's memory. */
const longestLine = 16_384;

/** The last lines that a node wrote, over all its lives, and whoever follows them. */
export class LogRing {
  private readonly lines: LogLine[] = [];
  private readonly listeners = new Set<(line: LogLine) => void>();

  add(stream: LogLine['stream'], text: string): void {
    const line = { at: Date.now(), stream, text };
    this.lines.push(line);
    if (this.lines.length > kept) this.lines.shift();
    for (const listener of this.listeners) listener(line);
  }

  /** What is there already first, then every line as it comes. */
  follow(listener: (line: LogLine) => void): () => void {
    for (const line of this.lines) listener(line);
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The end of what was written since a time, for an error message. */
  tail(since: number, count: number): string {
    const recent = this.lines.filter((line) => line.at >= since && line.text !== '');
    const errors = recent.filter((line) => line.stream === 'stderr');
    const chosen = errors.length > 0 ? errors : recent;
    return chosen
      .slice(-count)
      .map((line) => line.text)
      .join('\n');
  }

  /** Takes a child's stream in; resolves when it has ended. */
  read(stream: LogLine['stream'], source: Readable): Promise<void> {
    const decoder = new StringDecoder('utf8');
    let rest = '';
    const take = (text: string): void => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.add(stream, line.replace(/\r$/, ''));
      if (rest.length <= longestLine) return;
      this.add(stream, rest);
      rest = '';
    };
    source.on('data', (chunk: Buffer) => take(decoder.write(chunk)));
    source.on('error', () => undefined);
    return new Promise((resolve) => {
      source.once('close', () => {
        take(decoder.end());
        if (rest !== '') this.add(stream, rest);
        rest = '';
        resolve();
      });
    });
  }
}
