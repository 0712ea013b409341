const perLine = 16;

/** "0010  47 45 54 20 …  GET" for each sixteen bytes; what is no printable ASCII is a dot. */
export function hexLines(hex: string): readonly string[] {
  const bytes = hex.match(/../g) ?? [];
  return Array.from({ length: Math.ceil(bytes.length / perLine) }, (_, line) => {
    const part = bytes.slice(line * perLine, (line + 1) * perLine);
    const text = part.map((byte) => printable(Number.parseInt(byte, 16))).join('');
    const place = (line * perLine).toString(16).padStart(4, '0');
    return `${place}  ${part.join(' ').padEnd(perLine * 3 - 1)}  ${text}`;
  });
}

function printable(code: number): string {
  return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '.';
}
