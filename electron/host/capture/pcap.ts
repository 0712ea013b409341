/**
 * The classic capture file as tcpdump writes it to a pipe (draft-ietf-opsawg-pcap): a 24-byte header whose magic number
 * tells byte order and the unit of time, then packets, each behind a 16-byte header.
 */
export interface CapturedFrame {
  /** Epoch milliseconds with the fraction that the kernel's clock gave. */
  readonly at: number;
  /** How long it was on the wire; `bytes` may be less. */
  readonly length: number;
  readonly bytes: Buffer;
}

const fileHeaderBytes = 24;
const packetHeaderBytes = 16;
/** Linux hands up to 64 KiB to the wire of a virtual network at once; four times that is no packet. */
const mostBytes = 256 * 1024;
const ethernet = 1;

const magics = {
  0xa1b2c3d4: { little: false, unitsPerMs: 1000 },
  0xd4c3b2a1: { little: true, unitsPerMs: 1000 },
  0xa1b23c4d: { little: false, unitsPerMs: 1_000_000 },
  0x4d3cb2a1: { little: true, unitsPerMs: 1_000_000 },
} as const;

type Form = (typeof magics)[keyof typeof magics];

export interface PcapReader {
  /** Takes the stream in pieces of any size; frames come out as they are whole. Throws on what is no capture. */
  push(chunk: Buffer): readonly CapturedFrame[];
  /** The file header has been read: the capture is under way. */
  readonly begun: boolean;
}

export function pcapReader(): PcapReader {
  let rest: Buffer = Buffer.alloc(0);
  let form: Form | null = null;
  return {
    get begun() {
      return form !== null;
    },
    push(chunk) {
      const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const frames: CapturedFrame[] = [];
      let at = 0;
      if (form === null) {
        if (data.length < fileHeaderBytes) {
          rest = data;
          return frames;
        }
        form = formOf(data);
        at = fileHeaderBytes;
      }
      for (;;) {
        const next = readFrame(data, at, form);
        if (next === null) break;
        frames.push(next.frame);
        at = next.end;
      }
      // A copy: otherwise a few bytes would keep the whole chunk alive.
      rest = Buffer.from(data.subarray(at));
      return frames;
    },
  };
}

function formOf(header: Buffer): Form {
  const form = (magics as Readonly<Record<number, Form | undefined>>)[header.readUInt32BE(0)];
  if (form === undefined) throw new Error('not a capture: it begins with no magic number that is known');
  const link = (form.little ? header.readUInt32LE(20) : header.readUInt32BE(20)) & 0x0fff_ffff;
  if (link !== ethernet) throw new Error(`a capture of link type ${link}; only Ethernet is read here`);
  return form;
}

function readFrame(data: Buffer, at: number, form: Form): { frame: CapturedFrame; end: number } | null {
  if (data.length < at + packetHeaderBytes) return null;
  const word = (offset: number): number =>
    form.little ? data.readUInt32LE(at + offset) : data.readUInt32BE(at + offset);
  const kept = word(8);
  if (kept > mostBytes) throw new Error(`a packet of ${kept} bytes: the capture is damaged`);
  const begin = at + packetHeaderBytes;
  const end = begin + kept;
  if (data.length < end) return null;
  const bytes = Buffer.from(data.subarray(begin, end));
  return { frame: { at: word(0) * 1000 + word(4) / form.unitsPerMs, length: word(12), bytes }, end };
}
