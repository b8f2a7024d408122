/** ITU-T X.690, the distinguished encoding: as much of it as a certificate takes. */

/** Tag, length, content: `tlv(0x02, [5])` is 02 01 05. */
export function tlv(tag: number, ...parts: readonly (Uint8Array | readonly number[])[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Uint8Array.from(part)));
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content]);
}

/** Below 128 in one byte; else the number of bytes, with the high bit, and the bytes: 300 is 82 01 2c. */
function lengthOf(length: number): readonly number[] {
  if (length < 128) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 255);
  return [0x80 | bytes.length, ...bytes];
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(0x30, ...parts);
export const octets = (content: Uint8Array): Buffer => tlv(0x04, content);
export const text = (value: string): Buffer => tlv(0x0c, Buffer.from(value));
export const yes: Buffer = tlv(0x01, [0xff]);

/** `unused` bits at the end of the last byte do not count. */
export const bits = (content: Uint8Array | readonly number[], unused = 0): Buffer =>
  tlv(0x03, [unused], content);

/** A positive whole number of any length, big-endian. */
export function integer(bytes: Uint8Array | readonly number[]): Buffer {
  const [first = 0] = bytes;
  return first >= 128 ? tlv(0x02, [0], bytes) : tlv(0x02, bytes);
}

/** `1.2.840` is 2a 86 48: the first two in one byte, then seven bits a byte. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = rest.flatMap((arc) => {
    const digits = [arc & 127];
    for (let left = arc >>> 7; left > 0; left >>>= 7) digits.unshift((left & 127) | 128);
    return digits;
  });
  return tlv(0x06, [first * 40 + second, ...bytes]);
}

/** RFC 5280: two digits of the year until 2049, four from 2050 on. */
export function time(unixMs: number): Buffer {
  const digits = new Date(unixMs)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '');
  return Number(digits.slice(0, 4)) < 2050
    ? tlv(0x17, Buffer.from(digits.slice(2)))
    : tlv(0x18, Buffer.from(digits));
}
