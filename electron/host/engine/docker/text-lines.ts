import { StringDecoder } from 'node:string_decoder';

/** Bytes in, whole lines out; a character cut in two by a chunk's end stays one character. */
export interface TextLines {
  add(chunk: Buffer): void;
  /** What was left without an end of line. */
  end(): void;
}

/** A program that prints without ever ending a line must not fill the host's memory. */
const longest = 16 * 1024;

export function textLines(onLine: (line: string) => void): TextLines {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return {
    add(chunk) {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
      if (rest.length > longest) {
        onLine(rest);
        rest = '';
      }
    },
    end() {
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}
