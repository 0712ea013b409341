/**
 * The bits of each octet's code, and of EOS (RFC 7541 appendix B). The code is canonical: in the order of its lengths, and of
 * octets where those are equal, each code is the one before it and one more.
 */
const lengths: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28,
  28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7,
  8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19,
  13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13,
  28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21,
  22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23,
  22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25,
  25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];
const eos = 256;
const longest = 30;

const bitsOf = Uint8Array.from(lengths);
const codes = new Uint32Array(lengths.length);
/**
 * Eight bits at a time: 256 entries a node. An entry above 0 is an octet (above four bits of how many bits were its own),
 * one below 0 the node that goes on.
 */
const nodes: number[] = new Array<number>(256).fill(0);

let next = 0;
for (let bits = 1; bits <= longest; bits++) {
  next <<= 1;
  for (let octet = 0; octet < lengths.length; octet++) {
    if (lengths[octet] !== bits) continue;
    codes[octet] = next;
    plant(octet, next, bits);
    next += 1;
  }
}
const tree = Int32Array.from(nodes);

function plant(octet: number, whole: number, bits: number): void {
  let node = 0;
  let left = bits;
  for (; left > 8; left -= 8) {
    const at = node * 256 + ((whole >>> (left - 8)) & 255);
    if (nodes[at] === 0) {
      nodes[at] = -(nodes.length / 256);
      for (let entry = 0; entry < 256; entry++) nodes.push(0);
    }
    node = -(nodes[at] ?? 0);
  }
  const first = node * 256 + ((whole << (8 - left)) & 255);
  nodes.fill((octet << 4) | left, first, first + (1 << (8 - left)));
}

/** How many octets a text takes; above its own length the code is not worth it. */
export function huffmanBytes(text: string): number {
  let bits = 0;
  for (let at = 0; at < text.length; at++) bits += bitsOf[text.charCodeAt(at) & 255] ?? 0;
  return (bits + 7) >>> 3;
}

/** Writes a text of octets (Latin-1), and returns where it ends. */
export function writeHuffman(text: string, into: Buffer, start: number): number {
  let at = start;
  let held = 0;
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const octet = text.charCodeAt(index) & 255;
    const whole = codes[octet] ?? 0;
    // At most 16 bits at once beside the seven that may be held, within 32.
    for (let left = bitsOf[octet] ?? 0; left > 0;) {
      const take = Math.min(left, 16);
      left -= take;
      held = (held << take) | ((whole >>> left) & ((1 << take) - 1));
      for (count += take; count >= 8; count -= 8) into[at++] = held >>> (count - 8);
      held &= (1 << count) - 1;
    }
  }
  // The rest of the last octet is the beginning of EOS: ones (section 5.2).
  if (count > 0) into[at++] = (held << (8 - count)) | ((1 << (8 - count)) - 1);
  return at;
}

let scratch = Buffer.allocUnsafe(1024);

/** Null: not what this code can say (section 5.2): EOS, or padding that is longer than it needs to be, or not its beginning. */
export function readHuffman(bytes: Buffer, start: number, end: number): string | null {
  // Five bits are the least an octet takes.
  const most = Math.ceil(((end - start) * 8) / 5);
  if (scratch.length < most) scratch = Buffer.allocUnsafe(most);
  let length = 0;
  let node = 0;
  let held = 0;
  let count = 0;
  for (let at = start; at < end; at++) {
    held = ((held << 8) | (bytes[at] ?? 0)) & 0xffff;
    count += 8;
    while (count >= 8) {
      const entry = tree[node * 256 + ((held >>> (count - 8)) & 255)] ?? 0;
      if (entry < 0) {
        node = -entry;
        count -= 8;
        continue;
      }
      const octet = entry >> 4;
      if (octet === eos) return null;
      scratch[length++] = octet;
      count -= entry & 15;
      node = 0;
    }
  }
  while (count > 0) {
    const entry = tree[node * 256 + ((held << (8 - count)) & 255)] ?? 0;
    const bits = entry & 15;
    if (entry <= 0 || bits > count) break;
    scratch[length++] = entry >> 4;
    count -= bits;
    node = 0;
  }
  const ones = (1 << count) - 1;
  return node === 0 && (held & ones) === ones ? scratch.toString('latin1', 0, length) : null;
}
