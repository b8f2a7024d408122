import type { Dialect, Scene } from './dialect.ts';
import type { Sample } from './exposition.ts';
import type { Member, Role, Selection } from './family.ts';
import { memberOf } from './family.ts';
import type { Histogram } from './histogram.ts';

/** What was counted between the scrape before and this one. */
export interface Increments {
  readonly arrivals: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly lost: number;
  readonly latency: readonly Histogram[];
  /** Requests being served, and waiting to be, now; NaN where the proxy does not say. */
  readonly inflight: number;
  readonly queued: number;
}

/** A proxy drops a series for idleness only after minutes: what vanished sooner after a move is a hole in the body. */
const IDLE_BEFORE_EVICTION_MS = 30_000;
/** How long a hole in the body is bridged. */
const HOLE_MS = 10 * 60_000;
const MOST_IGNORED_SERIES = 10_000;

/** One counter (a single edge, Infinity) or one histogram: all of it resets together. */
interface Unit {
  readonly role: Role;
  readonly failed: boolean;
  readonly series: Set<string>;
  edges: readonly number[];
  counts: readonly number[];
  movedAtMs: number;
  /** Grew between two scrapes of ours; at the first nobody knows. */
  hasMoved: boolean;
  seenAtMs: number;
  scrape: number;
  incoming: [edge: number, count: number][];
}

/**
 * What every series stood at, and so what was added to it since. The proxy's counters are not to be trusted to grow:
 *
 *  - at the first scrape nothing is added: when those requests came is not known;
 *  - a series that is new later counts from 0, and so does one that fell, and, after a restart, every one;
 *  - a series that vanished after it had been idle was evicted: it contributes nothing now, and counts from 0 should it
 *    come back. One that vanished while it was moving is a hole in the body: it goes on from where it was, if it can;
 *  - a count that is NaN, infinite or negative makes the whole body unreadable, and so does one in which all that was
 *    moving is gone: nothing came in would be a claim, and it is not known. The next good body covers the time since.
 */
export class Ledger {
  readonly #dialect: Dialect;
  readonly #scene: Scene;
  readonly #selection: Selection;
  readonly #members = new Map<string, Member>();
  readonly #ignored = new Set<string>();
  readonly #units = new Map<string, Unit>();
  #scrape = 0;
  #unreadable = false;
  #hasBaseline = false;
  #restartMark = Number.NaN;

  constructor(dialect: Dialect, scene: Scene, selection: Selection) {
    this.#dialect = dialect;
    this.#scene = scene;
    this.#selection = selection;
  }

  /** Takes in one whole body. Undefined: it does not say what came in since the last one that did. */
  enter(samples: readonly Sample[], monotonicMs: number): Increments | undefined {
    if (!samples.some(({ series }) => this.#dialect.proof.includes(nameOf(series)))) return undefined;
    this.#scrape++;
    this.#unreadable = false;
    const now = { inflight: Number.NaN, queued: Number.NaN };
    for (const { series, value } of samples) {
      const member = this.#memberOf(series);
      if (!member) continue;
      if (isGauge(member.role)) {
        if (Number.isFinite(value)) now[member.role] = (now[member.role] || 0) + value;
      } else if (member.role === 'restart') this.#heedRestart(value);
      else this.#collect(series, member, value, monotonicMs);
    }
    if (this.#unreadable || this.#allThatMovedIsGone(monotonicMs)) return undefined;
    return this.#settle(monotonicMs, now);
  }

  /** What has been gone for longer than a hole lasts was taken away, and is waited for no more. */
  #allThatMovedIsGone(monotonicMs: number): boolean {
    const moving = [...this.#units.values()].filter(
      (unit) => counts(unit.role) && unit.hasMoved && !wasIdle(unit) && monotonicMs - unit.seenAtMs < HOLE_MS,
    );
    return moving.length > 0 && moving.every((unit) => unit.scrape !== this.#scrape);
  }

  #memberOf(series: string): Member | undefined {
    const known = this.#members.get(series);
    if (known || this.#ignored.has(series)) return known;
    const member = memberOf(series, this.#dialect, this.#scene, this.#selection);
    if (member) this.#members.set(series, member);
    else {
      if (this.#ignored.size >= MOST_IGNORED_SERIES) this.#ignored.clear();
      this.#ignored.add(series);
    }
    return member;
  }

  /** A clock that is read again may differ by milliseconds; a restart moves it by more than a second. */
  #heedRestart(value: number): void {
    if (!Number.isFinite(value)) return;
    const moved = value - this.#restartMark;
    const restarted = this.#dialect.restart?.tells === 'uptime' ? moved < 0 : moved > 1;
    for (const unit of restarted ? this.#units.values() : []) {
      unit.counts = unit.counts.map(() => 0);
      // What does not come back was not moving in the new process.
      unit.movedAtMs = Number.NEGATIVE_INFINITY;
    }
    this.#restartMark = value;
  }

  #collect(series: string, member: Member, value: number, monotonicMs: number): void {
    if (member.role === 'proof') return;
    let unit = this.#units.get(member.unit);
    if (!unit) {
      unit = newUnit(member, monotonicMs);
      this.#units.set(member.unit, unit);
    }
    if (unit.scrape !== this.#scrape) {
      unit.scrape = this.#scrape;
      unit.incoming = [];
    }
    unit.series.add(series);
    const edge = member.role === 'latency' ? member.le : Number.POSITIVE_INFINITY;
    const isRepeated = unit.incoming.some(([other]) => other === edge);
    const isCount = Number.isFinite(value) && value >= 0;
    if (!isCount && counts(member.role)) this.#unreadable = true;
    if (isCount && !isRepeated) unit.incoming.push([edge, value]);
  }

  #settle(monotonicMs: number, now: Pick<Increments, 'inflight' | 'queued'>): Increments {
    const sums = { arrivals: 0, succeeded: 0, failed: 0, lost: 0 };
    const latency: Histogram[] = [];
    for (const [key, unit] of this.#units) {
      if (unit.scrape !== this.#scrape) {
        this.#heedAbsence(key, unit, monotonicMs);
        continue;
      }
      const added = advance(unit, monotonicMs, !this.#hasBaseline);
      if (!added) continue;
      const total = added.cumulative.at(-1) ?? 0;
      if (unit.role === 'latency') latency.push(this.#inSeconds(added));
      else if (unit.role === 'outcomes') sums[unit.failed ? 'failed' : 'succeeded'] += total;
      else if (unit.role === 'arrivals' || unit.role === 'lost') sums[unit.role] += total;
    }
    this.#hasBaseline = true;
    return { ...sums, latency: pooled(latency), ...now };
  }

  #heedAbsence(key: string, unit: Unit, monotonicMs: number): void {
    if (!wasIdle(unit) && monotonicMs - unit.seenAtMs < HOLE_MS) return;
    this.#units.delete(key);
    for (const series of unit.series) this.#members.delete(series);
  }

  #inSeconds({ edgesSeconds, cumulative }: Histogram): Histogram {
    const { unitsPerSecond } = this.#dialect.latency;
    return { edgesSeconds: edgesSeconds.map((edge) => edge / unitsPerSecond), cumulative };
  }
}

/** Roles whose value is of this moment. */
function isGauge(role: Role): role is 'inflight' | 'queued' {
  return role === 'inflight' || role === 'queued';
}

/** Roles whose sum is how many requests there were. */
function counts(role: Role): boolean {
  return role === 'arrivals' || role === 'outcomes' || role === 'lost';
}

function wasIdle(unit: Unit): boolean {
  return unit.seenAtMs - unit.movedAtMs >= IDLE_BEFORE_EVICTION_MS;
}

function newUnit(member: Member, monotonicMs: number): Unit {
  const { role, failed } = member;
  return {
    role,
    failed,
    series: new Set(),
    edges: [],
    counts: [],
    movedAtMs: monotonicMs,
    hasMoved: false,
    seenAtMs: monotonicMs,
    scrape: 0,
    incoming: [],
  };
}

/** What came in since, edge by edge, or undefined when the unit cannot be read this time. Edges are still raw here. */
function advance(unit: Unit, monotonicMs: number, isFirst: boolean): Histogram | undefined {
  const incoming = unit.incoming.sort(([a], [b]) => a - b);
  unit.seenAtMs = monotonicMs;
  // Without the last bucket the histogram is not whole.
  if (incoming.at(-1)?.[0] !== Number.POSITIVE_INFINITY) return undefined;
  const edges = incoming.map(([edge]) => edge);
  // Buckets are read one after the other while they grow: a later edge never holds less.
  let highest = 0;
  const counts = incoming.map(([, count]) => {
    highest = Math.max(highest, count);
    return highest;
  });
  const goesOn =
    edges.length === unit.edges.length &&
    edges.every((edge, i) => edge === unit.edges[i] && (counts[i] ?? 0) >= (unit.counts[i] ?? 0));
  const before = goesOn ? unit.counts : [];
  let added = 0;
  const cumulative = counts.map((count, i) => {
    added = isFirst ? 0 : Math.max(added, count - (before[i] ?? 0));
    return added;
  });
  if (added > 0 || isFirst) unit.movedAtMs = monotonicMs;
  unit.hasMoved ||= added > 0;
  unit.edges = goesOn ? unit.edges : edges;
  unit.counts = counts;
  return { edgesSeconds: unit.edges, cumulative };
}

/** Histograms with the same edges added up, so that what follows handles one of each kind. */
function pooled(parts: readonly Histogram[]): readonly Histogram[] {
  const byEdges = new Map<string, { edgesSeconds: readonly number[]; cumulative: number[] }>();
  for (const { edgesSeconds, cumulative } of parts) {
    const key = edgesSeconds.join();
    const pool = byEdges.get(key);
    if (pool)
      for (const [i, count] of cumulative.entries()) pool.cumulative[i] = (pool.cumulative[i] ?? 0) + count;
    else byEdges.set(key, { edgesSeconds, cumulative: [...cumulative] });
  }
  return [...byEdges.values()];
}

function nameOf(series: string): string {
  const open = series.indexOf('{');
  return open < 0 ? series : series.slice(0, open);
}
