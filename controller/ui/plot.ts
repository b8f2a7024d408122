import { AXIS_COLUMNS, highest, niceTop, withAxis } from './axis.ts';
import { Canvas } from './canvas.ts';
import type { Paint } from './style.ts';
import type { Band, Sample, ViewState } from './view-state.ts';

export interface PlotSize {
  readonly columns: number;
  readonly rows: number;
  /** Two dots per column. */
  readonly secondsPerDot: number;
}

export interface PlotState extends Pick<ViewState, 'samples' | 'sampleSeconds' | 'band' | 'nowMs'> {
  /** What `nowMs` is called: `now`, or `end` of what is over. */
  readonly nowName?: string;
}

const DAY_MS = 86_400_000;
/** Distances of the marks on the time axis, up to 16 weeks, and the room one needs. */
const LABEL_EVERY_MS = [1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 672, 1344, 2688].map(
  (hours) => hours * 3_600_000,
);
const LABEL_COLUMNS = 8;
const LONGEST_LABEL_MS = 365 * DAY_MS;

/** Demand as an area, capacities as lines, and after "now" the forecast band. Lines of equal width. */
export function plot(state: PlotState, size: PlotSize, paint: Paint): string[] {
  const canvas = new Canvas(size.columns - AXIS_COLUMNS, size.rows);
  const perDot = Math.max(1, Math.round(size.secondsPerDot / state.sampleSeconds));
  const ahead = Math.ceil((state.band?.p99.length ?? 0) / perDot);
  const past = dotsOf(state.samples, perDot, canvas.width - ahead);
  const band = bandDots(state.band, perDot);
  const top = niceTop(mostOf(past, band));
  const scale = (value: number) => Math.round((value / top) * (canvas.height - 1));
  const now = canvas.width - ahead;
  for (const [index, dot] of past.entries()) drawPast(canvas, now - past.length + index, dot, scale);
  for (const [index, { p50, p99 }] of band.entries()) drawBand(canvas, now + index, scale(p50), scale(p99));
  return [
    ...withAxis(canvas.lines(paint), top, paint),
    timeAxis(state, { past: past.length, now, perDot }, canvas.width / 2, paint),
  ];
}

/** Up to `most` groups of `per` samples, grouped from the front of the record so that a dot never changes its mind. */
function dotsOf(samples: readonly Sample[], per: number, most: number): Sample[] {
  const dots: Sample[] = [];
  const total = samples.length;
  const first = Math.max(0, Math.ceil(total / per) - most) * per;
  for (let from = first; from < total; from += per) {
    const group = samples.slice(from, from + per);
    const mean = (pick: (sample: Sample) => number) => {
      const known = group.map(pick).filter((value) => !Number.isNaN(value));
      return known.reduce((sum, value) => sum + value, 0) / known.length;
    };
    dots.push({
      demand: mean((sample) => sample.demand),
      capacity: mean((sample) => sample.capacity),
      rivalCapacity: mean((sample) => sample.rivalCapacity),
      hot: group.some((sample) => sample.hot),
    });
  }
  return dots;
}

function bandDots(band: Band | undefined, per: number): { p50: number; p99: number }[] {
  if (!band) return [];
  const dots = [];
  for (let from = 0; from < band.p99.length; from += per) {
    const p50 = band.p50.slice(from, from + per);
    const p99 = band.p99.slice(from, from + per);
    dots.push({ p50: p50.reduce((a, b) => a + b, 0) / p50.length, p99: Math.max(...p99) });
  }
  return dots;
}

function drawPast(canvas: Canvas, x: number, dot: Sample, scale: (value: number) => number): void {
  const look = dot.hot ? 'hot' : 'demand';
  // a demand that is missing is NaN: nothing is drawn, neither here nor in `dot`
  for (let y = 0; y <= scale(dot.demand); y++) {
    // Every other dot below the edge: an area light enough for lines to be seen in it.
    if (y === scale(dot.demand) || (x + y) % 2 === 0) canvas.dot(x, y, look);
  }
  if (x % 2 === 0) canvas.dot(x, scale(dot.rivalCapacity), 'rival');
  canvas.dot(x, scale(dot.capacity), 'capacity');
}

function drawBand(canvas: Canvas, x: number, p50: number, p99: number): void {
  for (let y = p50; y <= p99; y++) canvas.dot(x, y, 'forecast');
}

function mostOf(past: readonly Sample[], band: readonly { p99: number }[]): number {
  let most = 10;
  for (const { demand, capacity, rivalCapacity } of past)
    most = highest([most, demand, capacity, rivalCapacity]);
  for (const { p99 } of band) most = Math.max(most, p99);
  return most;
}

interface TimeSpan {
  readonly past: number;
  readonly now: number;
  readonly perDot: number;
}

function timeAxis(state: PlotState, { past, now, perDot }: TimeSpan, columns: number, paint: Paint): string {
  const dotMs = perDot * state.sampleSeconds * 1000;
  const cells = new Array<string>(columns).fill(' ');
  const put = (at: number, label: string) => {
    const from = Math.max(0, Math.min(columns - label.length, at));
    for (const [index, character] of [...label].entries()) cells[from + index] = character;
  };
  const nowColumn = Math.floor(now / 2);
  const columnMs = 2 * dotMs;
  const everyMs =
    LABEL_EVERY_MS.find((candidate) => candidate / columnMs >= LABEL_COLUMNS) ?? LONGEST_LABEL_MS;
  const startMs = state.nowMs - past * dotMs;
  for (let atMs = Math.ceil(startMs / everyMs) * everyMs; atMs < state.nowMs; atMs += everyMs) {
    const column = Math.floor((now - (state.nowMs - atMs) / dotMs) / 2);
    if (column < nowColumn - LABEL_COLUMNS - 1)
      put(column, `╵${everyMs < DAY_MS ? clockTime(atMs) : day(atMs)}`);
  }
  const name = state.nowName ?? 'now';
  put(nowColumn - name.length, `${name}╵`);
  return paint('faint', `${' '.repeat(AXIS_COLUMNS)}${cells.join('')}`);
}

/** 07-14 */
function day(unixMs: number): string {
  return new Date(unixMs).toISOString().slice(5, 10);
}

export function clockTime(unixMs: number, seconds = false): string {
  return new Date(unixMs).toISOString().slice(11, seconds ? 19 : 16);
}
