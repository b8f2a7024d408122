/**
 * The forecaster's module behind one typed class. Imports nothing: the caller passes the bytes (or a compiled
 * module), and so decides which bytes are run.
 */
export const ABI = 2;
export const LEADS = 30;
export const FIGURES = 5;
export const WATCHED_LEADS = [1, 2, 4, 7, 11, 16, 23, 30];
export const PEAK_STEPS = [1, 2, 5, 10, 20, 30];
/** The candidates and their numbers in the ABI. */
export const MODEL_NUMBERS = {
  ensemble: 0,
  'ensemble-small': 1,
  naive: 2,
  'seasonal-naive': 3,
  ets: 4,
  theta: 5,
  arima: 6,
  ridge: 7,
  trees: 8,
};
export const MODELS = Object.keys(MODEL_NUMBERS);
/** Whom the ensembles ask: the small one the first eight. */
export const EXPERTS = [
  'naive',
  'seasonal-naive',
  'weekly-naive',
  'swing',
  'level',
  'analogs-short',
  'analogs-long',
  'ridge',
  'ridge-analogs',
  'base',
];
const ASKED = { ensemble: EXPERTS, 'ensemble-small': EXPERTS.slice(0, 8) };

/** Every function a module must export to be run. */
export const FUNCTIONS = [
  'abi',
  'open',
  'close',
  'push',
  'pushMany',
  'forecast',
  'peaks',
  'score',
  'bytes',
  'steps',
  'known',
  'rejected',
  'snapshot',
  'target',
  'restore',
  'staging',
  'detect',
  'calendar',
];

/** What a period is called, by its number in the ABI. */
export const PERIOD_KINDS = ['other', 'day', 'week', 'clock', 'harmonic'];
/** Most steps that are searched for periods, the newest: 28 days at 15 s and more. */
export const MOST_SEARCHED = 1 << 18;

const CHUNK = 4096;
/** Columns of a period, after the count, the season and the longer period. */
const PERIOD_COLUMNS = 3;

export function compile(bytes) {
  return new WebAssembly.Module(bytes);
}

/** Why a compiled module is not a forecaster, or undefined when it is one by its imports and exports. */
export function mismatch(module) {
  const imports = WebAssembly.Module.imports(module);
  if (imports.length > 0) {
    return `it imports ${imports[0].module}.${imports[0].name}; a forecaster imports nothing`;
  }
  const exported = new Map(WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]));
  if (exported.get('memory') !== 'memory') return 'it exports no memory';
  const missing = FUNCTIONS.filter((name) => exported.get(name) !== 'function');
  return missing.length > 0 ? `it does not export ${missing.join(', ')}` : undefined;
}

export class Forecaster {
  #exports;
  #staging = 0;
  #searched = { at: 0, room: 0 };
  #models = new Map();

  constructor(moduleOrBytes) {
    const module =
      moduleOrBytes instanceof WebAssembly.Module ? moduleOrBytes : new WebAssembly.Module(moduleOrBytes);
    const reason = mismatch(module);
    if (reason) throw new TypeError(`not a forecaster module: ${reason}`);
    this.#exports = new WebAssembly.Instance(module).exports;
    const abi = this.#exports.abi();
    if (abi !== ABI)
      throw new TypeError(`the module speaks ABI ${abi}, this glue ABI ${ABI}: rebuild assembly/`);
  }

  open(seasonSteps, weekSteps = 0, model = 'ensemble') {
    const number = MODEL_NUMBERS[model];
    if (number === undefined)
      throw new RangeError(`the model must be one of ${MODELS.join(', ')} (is ${model})`);
    const handle = this.#exports.open(number, seasonSteps, weekSteps);
    if (handle > 0) this.#models.set(handle, model);
    return handle;
  }

  close(handle) {
    this.#models.delete(handle);
    this.#exports.close(handle);
  }

  push(handle, value) {
    return this.#exports.push(handle, value);
  }

  pushMany(handle, values) {
    const { memory, staging, pushMany } = this.#exports;
    if (this.#staging === 0) this.#staging = staging(CHUNK);
    if (this.#staging === 0) throw new RangeError('the forecaster has no memory left for a batch of values');
    let counted = 0;
    for (let from = 0; from < values.length; from += CHUNK) {
      const part = values.subarray(from, from + CHUNK);
      new Float64Array(memory.buffer, this.#staging, part.length).set(part);
      const result = pushMany(handle, this.#staging, part.length);
      if (result < 0) return -1;
      counted += result;
    }
    return counted;
  }

  calendar(handle, { localStep = Number.NaN, today = 0, tomorrow = 0, events }) {
    if (events && events.length !== LEADS + 1)
      throw new RangeError(`events must be ${LEADS + 1} intensities (are ${events.length})`);
    const at = events ? this.#roomFor(CHUNK) : 0;
    if (events) new Float64Array(this.#exports.memory.buffer, at, events.length).set(events);
    return this.#exports.calendar(handle, localStep, today, tomorrow, at);
  }

  forecast(handle, into = new Float64Array(LEADS * FIGURES)) {
    return this.#copy(this.#exports.forecast(handle), into, LEADS * FIGURES);
  }

  peaks(handle, into = new Float64Array(PEAK_STEPS.length * FIGURES)) {
    return this.#copy(this.#exports.peaks(handle), into, PEAK_STEPS.length * FIGURES);
  }

  score(handle) {
    const model = this.#models.get(handle) ?? '';
    const rows = [...(ASKED[model] ?? []), model];
    const figures = new Float64Array(rows.length * WATCHED_LEADS.length * 2);
    this.#copy(this.#exports.score(handle), figures, figures.length);
    return rows.map((expert, row) => ({
      expert,
      leads: WATCHED_LEADS.map((lead, column) => {
        const at = (row * WATCHED_LEADS.length + column) * 2;
        return { lead, meanAbsoluteError: figures[at], weight: figures[at + 1] };
      }),
    }));
  }

  detect(values, stepSeconds = 0) {
    const newest = values.subarray(Math.max(0, values.length - MOST_SEARCHED));
    const at = this.#roomFor(newest.length);
    new Float64Array(this.#exports.memory.buffer, at, newest.length).set(newest);
    const table = this.#exports.detect(at, newest.length, stepSeconds);
    const [count, seasonSteps, longerSteps] = new Float64Array(this.#exports.memory.buffer, table, 3);
    const rows = new Float64Array(this.#exports.memory.buffer, table + 24, count * PERIOD_COLUMNS);
    const periods = Array.from({ length: count }, (_, row) => {
      const [steps, strength, kind] = rows.subarray(row * PERIOD_COLUMNS);
      return { steps, strength, kind: PERIOD_KINDS[kind] };
    });
    return { seasonSteps, longerSteps, periods };
  }

  bytes(handle) {
    return this.#exports.bytes(handle);
  }

  counts(handle) {
    const { steps, known, rejected } = this.#exports;
    return { steps: steps(handle), known: known(handle), rejected: rejected(handle) };
  }

  snapshot(handle) {
    const at = this.#address(this.#exports.snapshot(handle));
    return new Uint8Array(this.#exports.memory.buffer, at, this.bytes(handle)).slice();
  }

  restore(handle, bytes) {
    const length = this.bytes(handle);
    const at = this.#address(this.#exports.target(handle));
    if (bytes.length !== length) return false;
    new Uint8Array(this.#exports.memory.buffer, at, length).set(bytes);
    return this.#exports.restore(handle) === 1;
  }

  memoryBytes() {
    return this.#exports.memory.buffer.byteLength;
  }

  /** A place for that many values, twice as large each time that one is too small. */
  #roomFor(count) {
    if (count > this.#searched.room) {
      const room = Math.min(MOST_SEARCHED, 2 ** Math.ceil(Math.log2(Math.max(count, CHUNK))));
      const at = this.#exports.staging(room);
      if (at === 0) throw new RangeError(`the forecaster has no memory left to search ${count} steps`);
      this.#searched = { at, room };
    }
    return this.#searched.at;
  }

  #address(pointer) {
    if (pointer === 0) throw new RangeError('no series is open under this handle');
    return pointer;
  }

  #copy(pointer, into, length) {
    into.set(new Float64Array(this.#exports.memory.buffer, this.#address(pointer), length));
    return into;
  }
}
