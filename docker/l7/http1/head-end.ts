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

/** Line by line: what follows a head in the same text is not looked through. */
export function endInText(text: string): HeadEnd | null {
  for (let feed = text.indexOf('\n'); feed !== -1; feed = text.indexOf('\n', feed + 1)) {
    const next = text.charCodeAt(feed + 1);
    if (next === 10) return { text: feed + 1, next: feed + 2 };
    if (next === 13 && text.charCodeAt(feed + 2) === 10) return { text: feed + 1, next: feed + 3 };
  }
  return null;
}

export function endOfHead(bytes: Buffer): HeadEnd | null {
  const proper = bytes.indexOf('\n\r\n', 0, 'latin1');
  const before = proper === -1 ? bytes : bytes.subarray(0, proper + 1);
  const bare = before.indexOf('\n\n', 0, 'latin1');
  if (bare !== -1) return { text: bare + 1, next: bare + 2 };
  return proper === -1 ? null : { text: proper + 1, next: proper + 3 };
}
