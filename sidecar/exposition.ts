/** One line of interest. `series` is `name{labels}` as sent, one character per byte: the key of the series. */
export interface Sample {
  readonly series: string;
  readonly value: number;
}

/** Sample names to keep, each with a text that its line must contain, before any raw newline ('' for none). */
export type Wanted = ReadonlyMap<string, string>;

const NEWLINE = 0x0a;
const TAB = 0x09;
const SPACE = 0x20;
const BRACE = 0x7b;
const LONGEST_LINE_BYTES = 64 * 1024;
const LONGEST_CONTINUATION_LINES = 8;
const WHOLE_SAMPLE = /^[a-zA-Z_:][\w:.]*(\{.*\})?[ \t]+\S+([ \t]+-?\d+)?\s*$/;

interface WantedName {
  readonly name: string;
  readonly mark: string;
}

/**
 * Reads Prometheus or OpenMetrics text in chunks, in whatever dialect, and keeps only the families asked for: a body
 * of 5 MB is never held, and a line of no interest costs a few byte comparisons. Comments are skipped, `# EOF` among
 * them, for bodies are concatenated and it may stand in the middle. Nothing makes it throw; what cannot be read is
 * counted in `malformed`.
 */
export class ExpositionReader {
  readonly samples: Sample[] = [];
  malformed = 0;
  readonly #wanted: readonly WantedName[];
  #carry: Buffer = Buffer.alloc(0);
  /** A wanted line that is not whole: a label value may hold raw newlines. */
  #broken = '';
  #brokenLines = 0;
  #discarding = false;

  constructor(wanted: Wanted) {
    this.#wanted = [...wanted].map(([name, mark]) => ({ name, mark }));
  }

  push(chunk: Buffer): void {
    const body = this.#carry.length > 0 ? Buffer.concat([this.#carry, chunk]) : chunk;
    let start = 0;
    for (let end = body.indexOf(NEWLINE); end >= 0; end = body.indexOf(NEWLINE, start)) {
      if (this.#discarding) this.#discarding = false;
      else this.#line(body, start, end);
      start = end + 1;
    }
    // Copied, so that the rest of a line does not keep the whole chunk alive.
    this.#carry = Buffer.from(body.subarray(start));
    if (this.#carry.length > LONGEST_LINE_BYTES) {
      this.#carry = Buffer.alloc(0);
      this.#discarding = true;
      this.malformed++;
    }
  }

  /** A last line without a newline is not counted: of a body cut short, `12` may be the beginning of `1234`. */
  end(): readonly Sample[] {
    if (this.#nameAt(this.#carry, 0, this.#carry.length)) this.malformed++;
    this.#carry = Buffer.alloc(0);
    this.#giveUp();
    return this.samples;
  }

  #line(body: Buffer, start: number, end: number): void {
    const wanted = this.#nameAt(body, start, end);
    if (this.#broken !== '') {
      if (this.#continued(body.toString('latin1', start, end))) return;
      this.#giveUp();
    }
    if (!wanted) return;
    const line = body.toString('latin1', start, end);
    // Before it is taken apart: nine in ten lines of a large body are calls going out.
    if (wanted.mark !== '' && !line.includes(wanted.mark)) return;
    const sample = splitSample(line, wanted.name.length);
    if (sample) this.samples.push(sample);
    else if (line[wanted.name.length] === '{') {
      this.#broken = line;
      this.#brokenLines = 1;
    } else this.malformed++;
  }

  /** Whether this line belongs to the broken one before it; a line that is a sample or comment itself does not. */
  #continued(line: string): boolean {
    if (line.startsWith('# ') || WHOLE_SAMPLE.test(line)) return false;
    const joined = `${this.#broken}\n${line}`;
    if (joined.length > LONGEST_LINE_BYTES || ++this.#brokenLines > LONGEST_CONTINUATION_LINES) return false;
    this.#broken = joined;
    const wanted = this.#wanted.find(({ name }) => joined.startsWith(name) && joined[name.length] === '{');
    const sample = wanted && splitSample(joined, wanted.name.length);
    if (sample) {
      this.samples.push(sample);
      this.#broken = '';
    }
    return true;
  }

  #giveUp(): void {
    if (this.#broken !== '') this.malformed++;
    this.#broken = '';
  }

  /** The byte after the name is looked at first: it settles nearly every line without a comparison. */
  #nameAt(body: Buffer, start: number, end: number): WantedName | undefined {
    for (const wanted of this.#wanted) {
      const stop = start + wanted.name.length;
      if (stop >= end) continue;
      const next = body[stop];
      if (next !== BRACE && next !== SPACE && next !== TAB) continue;
      if (body.toString('latin1', start, stop) === wanted.name) return wanted;
    }
    return undefined;
  }
}

/**
 * `name{labels} value [timestamp] [# exemplar]` taken apart, undefined where it is not whole. The labels end at the
 * last brace before the value, so that a brace inside a label value does no harm; `name{}` is the series `name`.
 */
export function splitSample(line: string, nameLength: number): Sample | undefined {
  const exemplar = line.lastIndexOf(' # {');
  if (exemplar > 0) {
    const sample = splitPlain(line.slice(0, exemplar), nameLength);
    if (sample) return sample;
  }
  return splitPlain(line, nameLength);
}

function splitPlain(line: string, nameLength: number): Sample | undefined {
  const hasLabels = line[nameLength] === '{';
  const close = hasLabels ? line.lastIndexOf('}') : nameLength - 1;
  if (close < nameLength - 1) return undefined;
  const tokens = line
    .slice(close + 1)
    .trim()
    .split(/\s+/);
  const value = parseValue(tokens[0] ?? '');
  if (value === undefined || tokens.length > 2) return undefined;
  if (tokens[1] !== undefined && !Number.isFinite(Number(tokens[1]))) return undefined;
  const isEmpty = hasLabels && line.slice(nameLength + 1, close).trim() === '';
  return { series: isEmpty ? line.slice(0, nameLength) : line.slice(0, close + 1), value };
}

/** A sample's value or a bound; undefined where it is no number. */
export function parseValue(text: string): number | undefined {
  if (text === '') return undefined;
  const number = Number(text);
  if (!Number.isNaN(number)) return number;
  const lower = text.toLowerCase();
  if (lower === 'nan') return Number.NaN;
  if (lower === '+inf' || lower === 'inf') return Number.POSITIVE_INFINITY;
  return lower === '-inf' ? Number.NEGATIVE_INFINITY : undefined;
}
