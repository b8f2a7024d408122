import type { RawAttribute } from '../raw-export.ts';
import { asMessage, messageIn, textIn } from './field.ts';

/** One KeyValue. Lists and maps as values are not looked into, so nothing nests. */
export function readAttribute(value: unknown): RawAttribute {
  const message = asMessage(value, 'attributes');
  const text = messageIn(message, 'value')?.stringValue;
  return { key: textIn(message, 'key'), value: typeof text === 'string' ? text : undefined };
}
