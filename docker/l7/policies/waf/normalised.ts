/** Attackers write one thing in many ways. Rules are written for one. */
const mostDecodings = 3;

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  colon: ':',
  tab: '\t',
  newline: '\n',
  lpar: '(',
  rpar: ')',
  sol: '/',
  equals: '=',
};

/** Decoded until nothing changes any more, in lower case: with its line ends and comments. */
export function decoded(value: string): string {
  let text = value;
  for (let round = 0; round < mostDecodings; round++) {
    const next = withoutEntities(percentDecoded(text));
    if (next === text) break;
    text = next;
  }
  return text.normalize('NFKC').toLowerCase();
}

/** One form of all ways to write it: decoded, without comments, with single spaces. */
export function normalised(value: string): string {
  return simplified(decoded(value));
}

export function simplified(text: string): string {
  return (
    text
      .replaceAll('\0', '')
      .replace(/\/\*(?!!)[^*]{0,200}\*\//g, ' ')
      // What is left of them is MySQL's kind, whose content counts.
      .replace(/\/\*!?\d*|\*\//g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
  );
}

/** As servers decode it, not as the standard has it: what is no escape stays as it is, and %uXXXX counts. */
function percentDecoded(text: string): string {
  if (!text.includes('%')) return text;
  const wide = text.replace(/%u([0-9a-f]{4})/gi, (_all, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  return wide.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

function withoutEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text
    .replace(/&#x([0-9a-f]{1,6});?/gi, (all, hex: string) => character(parseInt(hex, 16)) ?? all)
    .replace(/&#(\d{1,7});?/g, (all, digits: string) => character(Number(digits)) ?? all)
    .replace(/&([a-z]+);/gi, (all, name: string) => entities[name.toLowerCase()] ?? all);
}

function character(code: number): string | null {
  return code <= 0x10_ff_ff ? String.fromCodePoint(code) : null;
}
