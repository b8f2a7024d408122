/**
 * The body of one pod's OTLP/HTTP export as protobuf, laid out once: every figure that changes is a fixed-width field
 * (fixed64, sfixed64, double), so an export only overwrites bytes in place. Encoding one takes about a microsecond,
 * where building the message anew takes twenty; what is sent is an ordinary ExportMetricsServiceRequest.
 */
export class OtlpTemplate {
  readonly body: Buffer;
  readonly #slots: ReadonlyMap<string, number>;

  constructor(message: Chunk) {
    this.body = message.bytes;
    const slots = new Map<string, number>();
    for (const { name, offset } of message.slots) {
      if (slots.has(name)) throw new TypeError(`slot ${name} must be laid out once`);
      slots.set(name, offset);
    }
    this.#slots = slots;
  }

  /** A whole number in [0, 2^53). */
  setCount(slot: string, value: number): void {
    const offset = this.#offset(slot);
    this.body.writeUInt32LE(value % 0x1_0000_0000, offset);
    this.body.writeUInt32LE(Math.floor(value / 0x1_0000_0000), offset + 4);
  }

  setDouble(slot: string, value: number): void {
    this.body.writeDoubleLE(value, this.#offset(slot));
  }

  /** Unix ms; on the wire nanoseconds, which do not fit a double. */
  setTime(slot: string, unixMs: number): void {
    this.body.writeBigUInt64LE(BigInt(unixMs) * 1_000_000n, this.#offset(slot));
  }

  #offset(slot: string): number {
    const offset = this.#slots.get(slot);
    if (offset === undefined) throw new TypeError(`no slot ${slot} in this template`);
    return offset;
  }
}

/** Encoded bytes and where, in them, the named figures stand. */
export interface Chunk {
  readonly bytes: Buffer;
  readonly slots: readonly { readonly name: string; readonly offset: number }[];
}

/** https://protobuf.dev/programming-guides/encoding: wire types varint 0, 64-bit 1, length-delimited 2. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

export function text(field: number, value: string): Chunk {
  return delimited(field, { bytes: Buffer.from(value), slots: [] });
}

export function varintField(field: number, value: number): Chunk {
  return { bytes: Buffer.concat([tag(field, VARINT), varint(value)]), slots: [] };
}

/** A fixed-width field whose 8 bytes are filled in later, under `name`. */
export function slot64(field: number, name: string): Chunk {
  const key = tag(field, FIXED64);
  return { bytes: Buffer.concat([key, Buffer.alloc(8)]), slots: [{ name, offset: key.length }] };
}

/** A packed repeated field of 8-byte values, each a slot. */
export function packedSlots(field: number, names: readonly string[]): Chunk {
  const slots = names.map((name, index) => ({ name, offset: index * 8 }));
  return delimited(field, { bytes: Buffer.alloc(names.length * 8), slots });
}

export function packedDoubles(field: number, values: readonly number[]): Chunk {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [index, value] of values.entries()) bytes.writeDoubleLE(value, index * 8);
  return delimited(field, { bytes, slots: [] });
}

/** A nested message. */
export function nested(field: number, ...parts: readonly Chunk[]): Chunk {
  return delimited(field, joined(parts));
}

export function joined(parts: readonly Chunk[]): Chunk {
  const slots: { name: string; offset: number }[] = [];
  let length = 0;
  for (const part of parts) {
    for (const { name, offset } of part.slots) slots.push({ name, offset: offset + length });
    length += part.bytes.length;
  }
  return { bytes: Buffer.concat(parts.map((part) => part.bytes)), slots };
}

function delimited(field: number, content: Chunk): Chunk {
  return joined([
    { bytes: Buffer.concat([tag(field, BYTES), varint(content.bytes.length)]), slots: [] },
    content,
  ]);
}

function tag(field: number, wireType: number): Buffer {
  return varint(field * 8 + wireType);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}
