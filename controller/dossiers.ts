import type { Clock } from './clock.ts';
import type { Dossier } from './dossier.ts';
import { initialBudget } from './policy/budget.ts';
import { initialCapacity } from './policy/capacity.ts';
import { highWaterOfRates, initialHighWater } from './policy/high-water.ts';
import { initialLadder } from './policy/ladder.ts';
import { initialLeadTime } from './policy/lead-time.ts';
import { freshMemory } from './policy/memory.ts';
import { initialResources } from './policy/resources.ts';
import type { History } from './ports.ts';
import type { Telemetry } from './series/telemetry.ts';
import { parseWorkloadKey, type Workload, workloadKey } from './workload.ts';

export interface DossiersParts {
  readonly clock: Clock;
  readonly history: History;
  readonly telemetry: Telemetry;
  readonly stepSeconds: number;
  readonly ringSteps: number;
  /** Told why what is stored of a workload has not been read, as often as it was tried. */
  readonly onUnread?: ((workload: Workload, message: string) => void) | undefined;
}

/** A tick waits no longer than this for the store; with a disk that hangs, the other workloads are decided all the same. */
const WAIT_MS = 2_000;
/** What could not be read for so long is lost: the workload begins anew. */
const GIVE_UP_MS = 600_000;

interface Entry {
  dossier?: Dossier;
  readonly sinceMs: number;
  /** Under way; one that hangs is not asked a second time. */
  reading?: Promise<void>;
  /** Over when the reading is, or when it was waited for long enough. */
  waited: Promise<void>;
  late: boolean;
}

/**
 * The dossiers of all workloads, each with its history and what was learned before. One whose store does not answer in
 * time begins without: the load of the moment decides alone, the store is asked again at each {@link Dossiers.open}, and
 * nothing is written over what it may hold. When it answers, the dossier is as if it always had.
 */
export function createDossiers(parts: DossiersParts) {
  const { clock, history, telemetry, stepSeconds, ringSteps } = parts;
  const stepMs = stepSeconds * 1000;
  const entries = new Map<string, Entry>();

  function begin(workload: Workload, entry: Entry): void {
    const reading = read(workload, entry).catch((error: Error) => unread(workload, entry, error.message));
    entry.reading = reading.finally(() => {
      delete entry.reading;
    });
    entry.late = false;
    const done = new AbortController();
    const late = clock.sleep(WAIT_MS, done.signal).then(
      () => hung(workload, entry),
      () => undefined,
    );
    entry.waited = Promise.race([reading, late]).finally(() => done.abort());
  }

  function hung(workload: Workload, entry: Entry): void {
    entry.late = true;
    unread(workload, entry, `the store has not answered within ${WAIT_MS / 1000} s`);
  }

  async function read(workload: Workload, entry: Entry): Promise<void> {
    const key = workloadKey(workload);
    const toMs = Math.floor(clock.wallMs() / stepMs) * stepMs;
    const fromMs = toMs - ringSteps * stepMs;
    const [rates, leadTime, capacity, ladder, budget, highWater, resources] = await Promise.all([
      history.rates(key, fromMs, toMs, stepSeconds),
      history.recall(key, 'lead-time'),
      history.recall(key, 'capacity'),
      history.recall(key, 'ladder'),
      history.recall(key, 'budget'),
      history.recall(key, 'high-water'),
      history.recall(key, 'resources'),
    ]);
    // Its scaler may have gone, or gone and come back, while the history was read.
    if (entries.get(key) !== entry) return;
    entry.dossier ??= fresh(workload);
    const { dossier } = entry;
    if (dossier.recalled) return; // given up: what it has learned since is newer
    dossier.series.preload(fromMs, rates);
    if (leadTime !== undefined) dossier.leadTime = initialLeadTime(leadTime);
    if (capacity !== undefined) dossier.capacity = initialCapacity(capacity);
    if (ladder !== undefined) dossier.ladder = initialLadder(ladder);
    if (budget !== undefined) dossier.budget = initialBudget(budget);
    dossier.highWater =
      highWater === undefined ? highWaterOfRates(rates, fromMs, stepSeconds) : initialHighWater(highWater);
    if (resources !== undefined) dossier.resources = initialResources(resources);
    dossier.recalled = true;
  }

  function unread(workload: Workload, entry: Entry, why: string): void {
    if (entries.get(workloadKey(workload)) !== entry) return;
    entry.dossier ??= fresh(workload);
    const givenUp = clock.monotonicMs() - entry.sinceMs >= GIVE_UP_MS;
    entry.dossier.recalled ||= givenUp;
    const then = givenUp ? 'it begins anew' : 'until it can, the load of the moment alone decides';
    parts.onUnread?.(workload, `what is stored of the workload cannot be read: ${why}; ${then}`);
  }

  function fresh(workload: Workload): Dossier {
    return {
      workload,
      series: telemetry.series(workload),
      leadTime: initialLeadTime(),
      capacity: initialCapacity(),
      ladder: initialLadder(),
      budget: initialBudget(),
      highWater: initialHighWater(),
      memory: freshMemory(clock.monotonicMs()),
      trails: new Map(),
      resources: initialResources(),
      recalled: false,
    };
  }

  const newEntry = (): Entry => ({ sinceMs: clock.monotonicMs(), waited: Promise.resolve(), late: false });

  return {
    get: (key: string): Dossier | undefined => entries.get(key)?.dossier,

    all: (): readonly Dossier[] => [...entries.values()].flatMap(({ dossier }) => dossier ?? []),

    /**
     * The workload's dossier, after 2 s at most; asks the store again where it has not answered yet. undefined when the
     * workload was forgotten in the meantime.
     */
    async open(workload: Workload): Promise<Dossier | undefined> {
      const key = workloadKey(workload);
      const entry = entries.get(key) ?? newEntry();
      entries.set(key, entry);
      if (entry.dossier?.recalled) return entry.dossier;
      if (entry.reading === undefined) begin(workload, entry);
      else if (entry.late) hung(workload, entry);
      await entry.waited;
      return entries.get(key) === entry ? entry.dossier : undefined;
    },

    /** Drops all others, and says which they were. */
    keepOnly(keys: ReadonlySet<string>): readonly Workload[] {
      const gone = [...entries.keys()].filter((key) => !keys.has(key));
      for (const key of gone) entries.delete(key);
      return gone.map(parseWorkloadKey);
    },
  };
}

export type Dossiers = ReturnType<typeof createDossiers>;
