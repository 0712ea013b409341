/** A proto file in words, each with its place. */
export interface Token {
  readonly kind: 'word' | 'number' | 'text' | 'sign';
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a proto, and where. */
export class ProtoProblem extends Error {
  override readonly name = 'ProtoProblem';

  constructor(message: string, { line, column }: { readonly line: number; readonly column: number }) {
    super(`proto ${line}:${column}: ${message}`);
  }
}

const pattern =
  /(?<space>\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<word>\.?[A-Za-z_][\w.]*)|(?<number>-?\d[\w.]*)|(?<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?<sign>[{}()[\]<>=;:,.])/y;

export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let lineStart = 0;
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const place = { line, column: at - lineStart + 1 };
    const found = pattern.exec(text);
    if (found === null) throw new ProtoProblem(`"${text.slice(at, at + 1)}" belongs to no proto`, place);
    const [whole] = found;
    for (let index = whole.indexOf('\n'); index !== -1; index = whole.indexOf('\n', index + 1)) {
      line += 1;
      lineStart = at + index + 1;
    }
    const { word, number, text: quoted, sign } = found.groups ?? {};
    if (word !== undefined) tokens.push({ kind: 'word', text: word, ...place });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, ...place });
    else if (quoted !== undefined) tokens.push({ kind: 'text', text: unquoted(quoted), ...place });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, ...place });
  }
  return tokens;
}

function unquoted(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/g, '$1');
}
