import { Malformed } from '../malformed.ts';

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
const FIXED32 = 5;

/**
 * Reads the protobuf wire format from a fixed buffer, without recursion and without copies. Every read is checked
 * against the end of the message it is in, so that no length can lead outside. Groups (wire types 3 and 4) are
 * refused: OTLP has none, and skipping them is what makes other readers recurse.
 */
export class WireReader {
  #at = 0;
  #end: number;
  readonly #bytes: Buffer;
  readonly #view: DataView;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#end = bytes.length;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Whether the message we are in has more fields. */
  more(): boolean {
    return this.#at < this.#end;
  }

  /** Steps into a length-delimited field and returns the end of the message around it, for {@link leave}. */
  enter(): number {
    const length = this.#length();
    const outerEnd = this.#end;
    this.#end = this.#at + length;
    return outerEnd;
  }

  leave(outerEnd: number): void {
    this.#end = outerEnd;
  }

  /** `field << 3 | wireType`. */
  tag(): number {
    const tag = this.#varint();
    if (tag > 0xffffffff || tag >>> 3 === 0) throw new Malformed(`${tag} is not a field tag`);
    return tag >>> 0;
  }

  /** A 64-bit varint as a number; above 2^53 only its magnitude is right, which is all a refusal needs. */
  uint64(): number {
    return this.#varint();
  }

  /** Larger values end at 2^32 - 1: nothing OTLP defines is up there. */
  uint32(): number {
    return Math.min(this.#varint(), 0xffffffff);
  }

  /** ZigZag: 0, -1, 1, -2 are sent as 0, 1, 2, 3. */
  sint32(): number {
    const zigzag = this.uint32();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  fixed64(): number {
    const at = this.#take(8);
    return this.#view.getUint32(at + 4, true) * 4294967296 + this.#view.getUint32(at, true);
  }

  sfixed64(): number {
    const at = this.#take(8);
    return this.#view.getInt32(at + 4, true) * 4294967296 + this.#view.getUint32(at, true);
  }

  /** At most the first `maxBytes`: what is longer is no word of our vocabulary, whatever follows. */
  text(maxBytes: number): string {
    const length = this.#length();
    const start = this.#take(length);
    return this.#bytes.toString('utf8', start, start + Math.min(length, maxBytes));
  }

  position(): number {
    return this.#at;
  }

  /** Back to a {@link position} of the same message, to read it a second time. */
  rewind(position: number): void {
    this.#at = position;
  }

  /** Skips an unknown field. A field in `known` (a bit per field number) that comes here has the wrong wire type. */
  skip(tag: number, known: number): void {
    const field = tag >>> 3;
    const wireType = tag & 7;
    if (field < 32 && (known >>> field) & 1) {
      throw new Malformed(`field ${field} has wire type ${wireType}, which OTLP does not give it`);
    }
    if (wireType === VARINT) this.#varint();
    else if (wireType === FIXED64) this.#take(8);
    else if (wireType === BYTES) this.#take(this.#length());
    else if (wireType === FIXED32) this.#take(4);
    else throw new Malformed(`field ${field} has wire type ${wireType}, which OTLP does not use`);
  }

  #length(): number {
    const length = this.#varint();
    if (length > this.#end - this.#at)
      throw new Malformed('a length leads past the end: the message is cut short');
    return length;
  }

  #take(length: number): number {
    const at = this.#at;
    if (length > this.#end - at) throw new Malformed('a value leads past the end: the message is cut short');
    this.#at = at + length;
    return at;
  }

  #varint(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 10; count += 1) {
      if (this.#at >= this.#end) throw new Malformed('a varint is cut short');
      const byte = this.#bytes[this.#at] ?? 0;
      this.#at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new Malformed('a varint has more than 10 bytes');
  }
}
