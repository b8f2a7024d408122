import { type Forecast, LEADS, PEAK_STEPS, type Quantiles } from '../../controller/forecast/forecast.ts';
import { decide } from '../../controller/policy/decide.ts';
import type { Decision } from '../../controller/policy/decision.ts';
import { freshMemory } from '../../controller/policy/memory.ts';
import type { Memory, Observation } from '../../controller/policy/observation.ts';
import type { Approval } from '../../controller/ports.ts';
import type { Step } from '../../controller/series/step.ts';
import { STEP_SECONDS } from './grammar.ts';
import type { Event, ForecastEvent, Scenario } from './scenario.ts';

/** What the world was like at one tick, and what was decided in it. */
export interface Tick {
  readonly atSeconds: number;
  readonly observation: Observation;
  /** Asked for before the decision, and after it. */
  readonly before: number;
  readonly decision: Decision;
  /** Arrivals per second of the step that begins, and the pods that are Ready to take them. */
  readonly rps: number;
  readonly ready: number;
  readonly hot: boolean;
}

/** How long before its start the world of a scenario was steady: the policy remembers no more than this. */
const BEFORE_STEPS = 40;

/** Plays a scenario tick by tick on virtual time: pods that are asked for are Ready one start-up later. */
export function play(scenario: Scenario): readonly Tick[] {
  const ticks: Tick[] = [];
  let memory: Memory = freshMemory(-3_600_000);
  let approvals: readonly Approval[] = [];
  let pods: readonly number[] = Array<number>(scenario.replicas).fill(Number.NEGATIVE_INFINITY);
  for (const [at, rps] of scenario.load.entries()) {
    const atSeconds = at * STEP_SECONDS;
    for (const event of scenario.events) {
      if (event.kind === 'restart' && event.atSeconds === atSeconds) memory = freshMemory(atSeconds * 1000);
      if (event.kind === 'operator' && event.atSeconds === atSeconds)
        pods = resized(pods, event.replicas, atSeconds);
    }
    approvals = [...approvals, ...approvalsAt(scenario, atSeconds, memory)];
    const before = pods.length;
    const observation = { ...observe(scenario, at, pods, memory), approvals };
    const decision = decide(observation);
    if (decision.act) pods = resized(pods, decision.replicas, atSeconds + scenario.startupSeconds);
    memory = decision.memory;
    const ready = pods.filter((readyAt) => readyAt <= atSeconds).length;
    const hot = rps > ready * scenario.capacityRps + 1e-9;
    ticks.push({ atSeconds, observation, before, decision, rps, ready, hot });
  }
  return ticks;
}

/** What is approved is the plan of that moment, for ten minutes. */
function approvalsAt({ events }: Scenario, atSeconds: number, { plan }: Memory): readonly Approval[] {
  const given = events.some((event) => event.kind === 'approval' && event.atSeconds === atSeconds);
  if (!given || plan === undefined) return [];
  return [{ planHash: plan.hash, by: 'ana', expiresMs: (atSeconds + 600) * 1000 }];
}

/** Pods by the second they are Ready at, oldest first; the youngest go first. */
function resized(pods: readonly number[], count: number, readyAt: number): readonly number[] {
  const added = Array<number>(Math.max(0, count - pods.length)).fill(readyAt);
  return [...pods.slice(0, count), ...added];
}

function observe(scenario: Scenario, at: number, pods: readonly number[], memory: Memory): Observation {
  const atSeconds = at * STEP_SECONDS;
  const ready = pods.filter((readyAt) => readyAt <= atSeconds).length;
  const steps = Array.from({ length: BEFORE_STEPS }, (_, back) => stepAt(scenario, at - BEFORE_STEPS + back));
  const known = steps.findLastIndex((step) => Number.isFinite(step.rps));
  const unknown = during(scenario.events, 'unknown capacity', atSeconds);
  const release = scenario.events.findLast(
    (event) => event.kind === 'release' && event.atSeconds <= atSeconds,
  );
  return {
    workload: { namespace: 'shop', kind: 'Deployment', name: 'cart' },
    spec: { ...scenario.spec, paused: scenario.spec.paused || during(scenario.events, 'paused', atSeconds) },
    // a step's reports have a few seconds to come in before it is decided by
    wallMs: atSeconds * 1000 + 5_000,
    nowMs: atSeconds * 1000,
    stepSeconds: STEP_SECONDS,
    target: { replicas: pods.length, ready, starting: pods.length - ready, resourceVersion: `${at}` },
    clusterStale: during(scenario.events, 'stale', atSeconds),
    recent: steps,
    telemetryAgeSeconds: known < 0 ? Number.POSITIVE_INFINITY : (BEFORE_STEPS - 1 - known) * STEP_SECONDS,
    forecast: foretell(scenario, at),
    capacity: {
      rpsPerReplica: unknown ? Number.NaN : scenario.capacityRps,
      source: unknown ? 'unknown' : 'pinned',
      evidence: 0,
    },
    leadTime: { seconds: scenario.spec.forecast.leadSeconds ?? 60, source: 'pinned', starts: 0 },
    boldness: {
      probability: 1 - scenario.spec.objective.budgetPercent / 100,
      source: 'default',
      hotShare: Number.NaN,
      steps: 0,
    },
    highWater: { rps: Math.max(scenario.seenRps, ...heard(scenario.load.slice(0, at))), days: 7 },
    ...(release?.kind === 'release' ? { releasedMs: release.atSeconds * 1000 } : {}),
    ...floorsOf(scenario),
    memory,
  };
}

function floorsOf({ events }: Scenario): Pick<Observation, 'calendarFloors'> {
  const floors = events.flatMap((event) => {
    if (event.kind !== 'known') return [];
    const { minReplicas, fromSeconds, toSeconds } = event;
    const span = { startMs: fromSeconds * 1000, endMs: toSeconds * 1000 };
    return [{ event: 'known', minReplicas, aheadSeconds: 0, ...span }];
  });
  return floors.length === 0 ? {} : { calendarFloors: floors };
}

function heard(rates: readonly number[]): readonly number[] {
  return rates.filter(Number.isFinite);
}

function during(events: readonly Event[], kind: Event['kind'], atSeconds: number): boolean {
  return events.some((event) => event.kind === kind && 'toSeconds' in event && within(event, atSeconds));
}

function within({ fromSeconds, toSeconds }: { fromSeconds: number; toSeconds: number }, atSeconds: number) {
  return atSeconds >= fromSeconds && atSeconds < toSeconds;
}

/** The step at an index; before the scenario the load was what it starts with. */
function stepAt({ load, events }: Scenario, at: number): Step {
  const flaw = events.find((event) => event.kind === 'telemetry' && within(event, at * STEP_SECONDS));
  const flag = flaw?.kind === 'telemetry' ? flaw.is : undefined;
  const missing = flag === 'missing' || flag === 'Missing' || flag === 'Rejected';
  return {
    startMs: at * STEP_SECONDS * 1000,
    rps: missing ? Number.NaN : (load[Math.max(0, at)] ?? Number.NaN),
    errorRatio: 0,
    inflight: Number.NaN,
    podsReporting: flag === undefined ? 10 : 6,
    podsExpected: 10,
    flags: flag === undefined ? [] : [flag === 'missing' ? 'Missing' : flag],
  };
}

function foretell(scenario: Scenario, at: number): Forecast | undefined {
  const atSeconds = at * STEP_SECONDS;
  const said = scenario.forecasts.findLast(({ fromSeconds }) => fromSeconds <= atSeconds);
  if (said === undefined || said.says.kind === 'absent') return undefined;
  const path = Array.from({ length: LEADS }, (_, lead) => ahead(scenario, said, at, lead));
  const band = said.says.kind === 'knows' ? said.says.withinPercent / 100 : 0;
  return {
    originMs: atSeconds * 1000,
    stepSeconds: STEP_SECONDS,
    source: 'champion',
    model: 'builtin:scenario',
    leads: path.map((rps) => spread(rps, band)),
    peaks: PEAK_STEPS.map((steps) => ({ steps, ...spread(Math.max(...path.slice(0, steps)), band) })),
  };
}

function ahead({ load }: Scenario, { says, fromSeconds }: ForecastEvent, at: number, lead: number): number {
  const last = load[Math.max(0, at - 1)] ?? Number.NaN;
  switch (says.kind) {
    case 'knows':
      return load[Math.min(at + lead, load.length - 1)] ?? Number.NaN;
    case 'rises': {
      const start = load[Math.max(0, fromSeconds / STEP_SECONDS - 1)] ?? Number.NaN;
      const share = ((at + lead) * STEP_SECONDS - fromSeconds) / (says.bySeconds - fromSeconds);
      return start + (says.rps - start) * Math.min(1, share);
    }
    case 'broken':
      return Number.NaN;
    default:
      return last;
  }
}

/** The band is reached at p99; between, as a normal distribution would have it. */
function spread(rps: number, band: number): Quantiles {
  const at = (z: number) => rps * (1 + (band * z) / 2.326);
  return { mean: rps, p50: rps, p90: at(1.282), p95: at(1.645), p99: at(2.326) };
}
