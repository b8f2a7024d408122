import type { RawAttribute } from '../raw-export.ts';
import { MAX_TEXT_BYTES } from '../sink.ts';
import type { WireReader } from './wire-reader.ts';

/** One KeyValue. Lists and maps as values are skipped whole, so nothing nests. */
export function readAttribute(reader: WireReader): RawAttribute {
  const outerEnd = reader.enter();
  const attribute: RawAttribute = { key: '', value: undefined };
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) attribute.key = reader.text(MAX_TEXT_BYTES);
    else if (tag === 0x12) attribute.value = readAnyText(reader);
    else reader.skip(tag, 0b110);
  }
  reader.leave(outerEnd);
  return attribute;
}

function readAnyText(reader: WireReader): string | undefined {
  const outerEnd = reader.enter();
  let text: string | undefined;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) text = reader.text(MAX_TEXT_BYTES);
    else {
      reader.skip(tag, 0b10);
      // the last member of a oneof wins
      text = undefined;
    }
  }
  reader.leave(outerEnd);
  return text;
}
