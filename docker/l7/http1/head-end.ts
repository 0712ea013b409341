/** Where a head's last line ends, and where what follows begins; a line may end without its CR (RFC 9112 section 2.2). */
export interface HeadEnd {
  readonly text: number;
  readonly next: number;
}

/** Empty lines before a request line may be skipped (RFC 9112 section 2.2). */
export function blankLines(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length && (bytes[at] === 13 || bytes[at] === 10)) at += 1;
  return at;
}

export function endInText(text: string): HeadEnd | null {
  const proper = text.indexOf('\n\r\n');
  const bare = text.indexOf('\n\n');
  if (bare !== -1 && (proper === -1 || bare < proper)) return { text: bare + 1, next: bare + 2 };
  return proper === -1 ? null : { text: proper + 1, next: proper + 3 };
}

export function endOfHead(bytes: Buffer): HeadEnd | null {
  const proper = bytes.indexOf('\n\r\n', 0, 'latin1');
  const before = proper === -1 ? bytes : bytes.subarray(0, proper + 1);
  const bare = before.indexOf('\n\n', 0, 'latin1');
  if (bare !== -1) return { text: bare + 1, next: bare + 2 };
  return proper === -1 ? null : { text: proper + 1, next: proper + 3 };
}
