import type { Labels } from './dialect.ts';

const NAME = /\s*([a-zA-Z_][a-zA-Z0-9_.]*)\s*=\s*"/y;
const STRICT_VALUE = /((?:[^"\\\n]|\\.)*)"\s*(?:,|$)/y;
const LOOSE_END = /"\s*(?:,\s*(?=[a-zA-Z_][a-zA-Z0-9_.]*\s*=\s*")|,?\s*$)/g;
const ESCAPE = /\\([\\"n])/g;

/**
 * The labels between the braces of a sample, or undefined where there is no way to read them. First by the book; where
 * that fails, as old proxies write them, with raw quotes and newlines: a value then ends at the first quote that a next
 * label or the end follows, and a backslash is a backslash. `a="say "hi"",b="x"` reads a = `say "hi"`, b = `x`.
 */
export function parseLabels(text: string): Labels | undefined {
  return scan(text, strictValue) ?? scan(text, looseValue);
}

type Value = { readonly value: string; readonly next: number } | undefined;

function scan(text: string, valueAt: (text: string, at: number) => Value): Labels | undefined {
  const labels = new Map<string, string>();
  let at = 0;
  while (text.slice(at).trim() !== '') {
    NAME.lastIndex = at;
    const name = NAME.exec(text)?.[1];
    if (name === undefined) return undefined;
    const found = valueAt(text, NAME.lastIndex);
    if (!found) return undefined;
    labels.set(name, found.value);
    at = found.next;
  }
  return labels;
}

function strictValue(text: string, at: number): Value {
  STRICT_VALUE.lastIndex = at;
  const raw = STRICT_VALUE.exec(text)?.[1];
  if (raw === undefined) return undefined;
  const value = raw.includes('\\') ? raw.replace(ESCAPE, (_, c: string) => (c === 'n' ? '\n' : c)) : raw;
  return { value, next: STRICT_VALUE.lastIndex };
}

function looseValue(text: string, at: number): Value {
  LOOSE_END.lastIndex = at;
  const end = LOOSE_END.exec(text);
  return end ? { value: text.slice(at, end.index), next: LOOSE_END.lastIndex } : undefined;
}

/** A series as it stands in the text, `name{labels}`, taken apart; undefined where the labels cannot be read. */
export function parseSeries(series: string): { readonly name: string; readonly labels: Labels } | undefined {
  const open = series.indexOf('{');
  if (open < 0) return { name: series, labels: new Map() };
  const labels = parseLabels(decodeUtf8(series.slice(open + 1, series.lastIndexOf('}'))));
  return labels && { name: series.slice(0, open), labels };
}

/** Bodies are cut up byte by byte, so a series holds one character per byte; only labels that are read are decoded. */
function decodeUtf8(bytes: string): string {
  for (let i = 0; i < bytes.length; i++) {
    if (bytes.charCodeAt(i) > 0x7f) return Buffer.from(bytes, 'latin1').toString('utf8');
  }
  return bytes;
}
