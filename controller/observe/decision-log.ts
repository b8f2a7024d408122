import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type Explanation, explanationOf } from '../policy/explanation.ts';
import type { Account, Recorder } from '../ports.ts';
import { type Workload, workloadKey } from '../workload.ts';

export interface DecisionLogOptions {
  /** Of all workloads together; each has an equal share of it. */
  readonly mostBytes: number;
}

export interface DecisionLog extends Recorder {
  /** The decision in force at a moment, Unix ms: the last one that is kept until then. */
  at(workload: Workload, atMs: number): Explanation | undefined;
  /** Unix ms of the oldest that is kept. */
  since(workload: Workload): number | undefined;
}

interface Entry {
  readonly atMs: number;
  /** What makes it worth more than its neighbours: another number, reason or outcome than before. */
  readonly changed: boolean;
  readonly packed: Buffer;
}

interface Kept {
  entries: Entry[];
  bytes: number;
  /** The newest, whole: asked for most, and not yet worth packing. */
  last: Account;
  news: string;
}

const KEPT_MS = 24 * 3_600_000;
/** A decision that changes nothing is kept once a minute. */
const QUIET_MS = 60_000;

/**
 * The last 24 hours of decisions of each workload, in memory: every change, and one a minute. Packed, an explanation takes
 * about 1 KB, so a day of one workload about 2 MB; where the share of a workload is less, its quiet minutes go first, the
 * oldest of them first.
 */
export function createDecisionLog({ mostBytes }: DecisionLogOptions): DecisionLog {
  const logs = new Map<string, Kept>();

  return {
    decided(account: Account): void {
      const key = workloadKey(account.observation.workload);
      const news = newsOf(account);
      const kept = logs.get(key);
      if (kept === undefined)
        logs.set(key, { entries: [packed(account, true)], bytes: 0, last: account, news });
      const log = kept ?? logs.get(key);
      if (log === undefined) return;
      const { wallMs } = account.observation;
      const newest = log.entries.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY;
      const changed = log.news !== news;
      // A clock that was set back: what lies ahead of it would be found for every moment after.
      if (wallMs < newest) log.entries = log.entries.filter(({ atMs }) => atMs <= wallMs);
      if (kept && (changed || wallMs - newest >= QUIET_MS || wallMs < newest))
        log.entries.push(packed(account, changed));
      log.last = account;
      log.news = news;
      log.entries = withinShare(log.entries, wallMs, mostBytes / logs.size);
    },

    forgotten: (workload) => void logs.delete(workloadKey(workload)),

    at(workload, atMs) {
      const log = logs.get(workloadKey(workload));
      if (log === undefined) return undefined;
      if (atMs >= log.last.observation.wallMs) return explanationOf(log.last);
      const entry = log.entries.findLast((one) => one.atMs <= atMs);
      return entry && (JSON.parse(inflateRawSync(entry.packed).toString('utf8')) as Explanation);
    },

    since: (workload) => logs.get(workloadKey(workload))?.entries[0]?.atMs,
  };
}

function newsOf({ observation, decision, outcome }: Account): string {
  const { replicas, recommended, reason } = decision;
  return [observation.target?.replicas, replicas, recommended, reason, outcome?.kind].join(' ');
}

function packed(account: Account, changed: boolean): Entry {
  const text = JSON.stringify(explanationOf(account));
  return { atMs: account.observation.wallMs, changed, packed: deflateRawSync(text) };
}

/** Drops what is too old; then, as long as there is too much, the oldest quiet ones, then the oldest changes. */
function withinShare(entries: Entry[], nowMs: number, mostBytes: number): Entry[] {
  const [oldest] = entries;
  const young =
    oldest && nowMs - oldest.atMs > KEPT_MS ? entries.filter(({ atMs }) => nowMs - atMs <= KEPT_MS) : entries;
  let bytes = young.reduce((sum, { packed }) => sum + packed.length, 0);
  if (bytes <= mostBytes) return young;
  const dropped = new Set<Entry>();
  for (const entry of [
    ...young.filter(({ changed }) => !changed),
    ...young.filter(({ changed }) => changed),
  ]) {
    if (bytes <= mostBytes || dropped.size === young.length - 1) break;
    bytes -= entry.packed.length;
    dropped.add(entry);
  }
  return young.filter((entry) => !dropped.has(entry));
}
