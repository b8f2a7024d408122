import { Malformed } from '../malformed.ts';

/**
 * Fields of a parsed JSON message, by OTLP's JSON rules: lowerCamelCase names, 64-bit integers as text or number,
 * `null` as absent, unknown fields ignored. What has the wrong type is Malformed, with the field's name.
 */
export type JsonMessage = Readonly<Record<string, unknown>>;

export function asMessage(value: unknown, name: string): JsonMessage {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Malformed(`${name} must be an object`);
  }
  return value as JsonMessage;
}

/** The message in a field; undefined when it is absent. */
export function messageIn(message: JsonMessage, name: string): JsonMessage | undefined {
  const value = message[name];
  return value === undefined || value === null ? undefined : asMessage(value, name);
}

export function listIn(message: JsonMessage, name: string): readonly unknown[] {
  const value = message[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Malformed(`${name} must be an array`);
  return value;
}

export function textIn(message: JsonMessage, name: string): string {
  const value = message[name];
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new Malformed(`${name} must be text`);
  return value;
}

/** Absent is 0, as protobuf has it. */
export function integerIn(message: JsonMessage, name: string): number {
  const value = message[name];
  return value === undefined || value === null ? 0 : asInteger(value, name);
}

/** Magnitudes above 2^53 lose precision here; admission refuses them where they matter. */
export function asInteger(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return Number(value);
  throw new Malformed(`${name} must be an integer, as a number or as text`);
}

/** Also "NaN", "Infinity" and "-Infinity", which JSON has no numbers for. */
export function asDouble(value: unknown, name: string): number {
  if (typeof value === 'number') return value;
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity') return Number.POSITIVE_INFINITY;
  if (value === '-Infinity') return Number.NEGATIVE_INFINITY;
  if (typeof value === 'string' && /^-?\d{1,400}(\.\d{1,400})?([eE][+-]?\d{1,4})?$/.test(value)) {
    return Number(value);
  }
  throw new Malformed(`${name} must be a number`);
}

export function booleanIn(message: JsonMessage, name: string): boolean {
  const value = message[name];
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw new Malformed(`${name} must be true or false`);
  return value;
}
