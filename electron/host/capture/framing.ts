/** Anything that begins with a header that tells its length: a TLS record, an HTTP/2 frame. */
export interface Unit {
  /** With its header. */
  readonly length: number;
}

export interface UnitForm<U extends Unit> {
  readonly headerBytes: number;
  read(bytes: Buffer, at: number): U | null;
  /** Its header can be told by looking, so after a gap the start of a segment may be taken for one. */
  readonly tellable: boolean;
}

const nothing = Buffer.alloc(0);

/**
 * Finds where units begin in one direction of a connection, across segments. It keeps no payload: of a unit that goes on
 * it remembers how much is still to come, of a header that is cut only those few bytes.
 */
export class Framing<U extends Unit> {
  private expected: number | null = null;
  /** Bytes until the next unit begins. */
  private toCome = 0;
  /** The beginning of a header whose rest is in the next segment. */
  private partial: Buffer = nothing;
  private lost = false;
  private readonly form: UnitForm<U>;

  constructor(form: UnitForm<U>) {
    this.form = form;
  }

  /**
   * The units that begin in a segment of `length` bytes, of which `payload` was captured; null when nobody can tell any
   * more where one begins.
   */
  feed(seq: number, payload: Buffer, length: number): readonly U[] | null {
    this.expected ??= seq;
    const ahead = (seq - this.expected) | 0;
    // Sent before: nothing new begins in it.
    if (ahead < 0) return [];
    if (ahead > 0) this.lose();
    this.expected = (seq + length) >>> 0;
    if (this.lost && !this.resume(payload)) return null;
    return this.walk(payload, length);
  }

  private walk(payload: Buffer, length: number): readonly U[] {
    const data = this.partial.length === 0 ? payload : Buffer.concat([this.partial, payload]);
    const end = this.partial.length + length;
    this.partial = nothing;
    const units: U[] = [];
    let at = this.toCome;
    while (at < end) {
      const unit = this.form.read(data, at);
      if (unit === null) {
        const cutHere = at + this.form.headerBytes > end && data.length === end;
        if (cutHere) {
          this.partial = Buffer.from(data.subarray(at));
          this.toCome = 0;
        } else this.lose();
        return units;
      }
      units.push(unit);
      at += unit.length;
    }
    this.toCome = at - end;
    return units;
  }

  private lose(): void {
    this.lost = true;
    this.partial = nothing;
    this.toCome = 0;
  }

  private resume(payload: Buffer): boolean {
    this.lost = !this.form.tellable || this.form.read(payload, 0) === null;
    return !this.lost;
  }
}
