import type { CounterRule, Dialect, Scene } from './dialect.ts';
import type { Wanted } from './exposition.ts';
import { parseValue } from './exposition.ts';
import { parseSeries } from './labels.ts';

/** What a series is to the sidecar. */
export type Role = 'arrivals' | 'outcomes' | 'lost' | 'latency' | 'inflight' | 'queued' | 'restart' | 'proof';

/** A series that counts: `unit` names what resets together, which is a whole histogram, or one counter. */
export interface Member {
  readonly role: Role;
  readonly unit: string;
  readonly failed: boolean;
  /** Upper edge of a bucket in the proxy's own unit; NaN but for latencies. */
  readonly le: number;
}

/** Only series whose label, where they have it, is this value; label -> value. */
export type Selection = ReadonlyMap<string, string>;

/** The sample names a dialect reads, for the reader that drops all other lines. */
export function wantedOf(dialect: Dialect): Wanted {
  const wanted = new Map<string, string>();
  const want = (name: string, mark: string): void => {
    const other = wanted.get(name);
    wanted.set(name, other === undefined || other === mark ? mark : '');
  };
  for (const [, rule] of rulesOf(dialect)) for (const name of rule.samples) want(name, rule.mark ?? '');
  for (const name of dialect.proof) want(name, '');
  if (dialect.restart) want(dialect.restart.sample, '');
  return wanted;
}

/** What a series is, by its name and labels. Undefined: it does not count, ever. */
export function memberOf(
  series: string,
  dialect: Dialect,
  scene: Scene,
  selection: Selection,
): Member | undefined {
  const parsed = parseSeries(series);
  if (!parsed) return undefined;
  const { name, labels } = parsed;
  if (dialect.restart?.sample === name) return member('restart', name);
  for (const [role, rule] of rulesOf(dialect)) {
    if (!rule.samples.includes(name)) continue;
    if (!rule.counts(labels, scene) || !isSelected(labels, selection)) return undefined;
    if (role === 'latency') return bucketOf(name, labels);
    return { ...member(role, series), failed: role === 'outcomes' && dialect.outcomes.failed(labels) };
  }
  return dialect.proof.includes(name) ? member('proof', name) : undefined;
}

function rulesOf(dialect: Dialect): readonly (readonly [Role, CounterRule])[] {
  const { arrivals, outcomes, lost, latency, inflight, queued } = dialect;
  return [
    ...(arrivals ? [['arrivals', arrivals] as const] : []),
    ['outcomes', outcomes],
    ...(lost ? [['lost', lost] as const] : []),
    ['latency', latency],
    ...(inflight ? [['inflight', inflight] as const] : []),
    ...(queued ? [['queued', queued] as const] : []),
  ];
}

/** `le` may stand anywhere, as `5` or `5.0`; the other labels, in any order, name the histogram. */
function bucketOf(name: string, labels: ReadonlyMap<string, string>): Member | undefined {
  const le = parseValue(labels.get('le') ?? '');
  if (le === undefined || Number.isNaN(le)) return undefined;
  const rest = [...labels].filter(([label]) => label !== 'le').sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...member('latency', `${name}${JSON.stringify(rest)}`), le };
}

function isSelected(labels: ReadonlyMap<string, string>, selection: Selection): boolean {
  for (const [label, value] of selection) {
    const own = labels.get(label);
    if (own !== undefined && own !== value) return false;
  }
  return true;
}

function member(role: Role, unit: string): Member {
  return { role, unit, failed: false, le: Number.NaN };
}
