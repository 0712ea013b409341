//  HEADERS, CONTINUATION --> [whole > fields > limits] --> one header section
import type { HttpSettings } from '../../protocol/l7/http.ts';
import type { Field } from '../message.ts';
import { code, flag } from './codes.ts';
import { ConnectionError } from './connection-error.ts';
import { createHeaderBlock } from './header-block.ts';
import type { HeaderBlock } from './header-block.ts';
import type { Decoder } from './hpack/decoder.ts';

export interface SectionField {
  /** Pseudo fields' begin with a colon. */
  readonly kind: string;
  readonly field: Field;
}

/** `start` is past the padding's length and the priority, `end` before the padding. */
type TakeFragment = (flags: number, stream: number, bytes: Buffer, start: number, end: number) => void;

export interface HeaderBlocks {
  /** A block has begun and is not over: nothing but this stream's CONTINUATION may follow. */
  readonly inBlock: number | null;
  headers: TakeFragment;
  continuation: TakeFragment;
}

export interface HeaderBlocksDeps<F> {
  readonly decoder: Decoder<F>;
  readonly limits: Pick<HttpSettings, 'fieldBytes' | 'headBytes' | 'fields'>;
  /** `tooLarge`: why not all of them are here; empty where they are. */
  complete(stream: number, endStream: boolean, fields: F[], tooLarge: string): void;
}

/** Compressed, a head is smaller; what is still larger than this has no end in sight. */
const blockPerHead = 2;
const tableOverhead = 32;

/** A block is read whatever becomes of its stream: the table is the connection's. */
export function createHeaderBlocks<F extends SectionField>(deps: HeaderBlocksDeps<F>): HeaderBlocks {
  const { decoder, limits } = deps;
  let block: HeaderBlock | null = null;
  let fields: F[] = [];
  let bytesOfFields = 0;
  let plainFields = 0;
  let tooLarge = '';

  const collect = (field: F, size: number) => {
    bytesOfFields += size;
    if (!field.kind.startsWith(':')) plainFields += 1;
    if (size - tableOverhead > limits.fieldBytes && field.kind !== ':path')
      tooLarge = 'a header field is too long';
    else if (bytesOfFields > limits.headBytes) tooLarge = 'the header is too long';
    else if (plainFields > limits.fields) tooLarge = 'too many header fields';
    else fields.push(field);
  };

  const complete = (stream: number, flags: number, bytes: Buffer, start: number, end: number) => {
    fields = [];
    bytesOfFields = plainFields = 0;
    tooLarge = '';
    decoder.decode(bytes, start, end, collect);
    deps.complete(stream, (flags & flag.endStream) !== 0, fields, tooLarge);
  };

  return {
    get inBlock() {
      return block?.stream ?? null;
    },
    headers(flags, stream, bytes, start, end) {
      if ((flags & flag.endHeaders) !== 0) {
        complete(stream, flags, bytes, start, end);
        return;
      }
      block = createHeaderBlock(stream, flags, limits.headBytes * blockPerHead);
      block.add(bytes, start, end);
    },
    continuation(flags, stream, bytes, start, end) {
      if (block?.stream !== stream) throw new ConnectionError(code.protocolError, 'CONTINUATION of nothing');
      block.add(bytes, start, end);
      if ((flags & flag.endHeaders) === 0) return;
      const { flags: first } = block;
      const whole = block.whole();
      block = null;
      complete(stream, first, whole, 0, whole.length);
    },
  };
}
