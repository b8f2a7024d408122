import { TICK_SECONDS } from '../../bench/replay/demand.ts';
import { hpaLane } from '../../bench/replay/hpa-lane.ts';
import { type Replayed, replay, type Tick } from '../../bench/replay/lane.ts';
import { type Clock, VirtualClock } from '../clock.ts';
import type { Forecaster } from '../ports.ts';
import type { PolicyOutcome } from '../ui/view-state.ts';
import type { DemoOptions } from './demo-options.ts';
import { outcomesOf } from './demo-report.ts';
import { DemoLog } from './demo-show.ts';
import { type DemoStack, openDemoStack } from './demo-stack.ts';
import type { DemoTraffic } from './demo-traffic.ts';

export interface DemoSessionParts {
  readonly options: DemoOptions;
  readonly traffic: DemoTraffic;
  /** Closed when the run is over. */
  readonly forecaster: Forecaster;
  /** The user's time; the replay has its own. */
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called after each tick, and while a slow replay waits for the next. */
  readonly show: (progress: Progress) => void;
}

/** What there is to show of a run at one moment. */
export interface Progress {
  readonly tick: Tick;
  readonly played: readonly Replayed[];
  readonly log: DemoLog;
  readonly stack: DemoStack;
  readonly wallSeconds: number;
}

export interface Played {
  readonly log: DemoLog;
  readonly outcomes: readonly PolicyOutcome[];
  readonly ticks: number;
  readonly exports: number;
  readonly wallSeconds: number;
}

/** How often a replay slower than it could be is redrawn. */
const REDRAW_MS = 250;
/** Both policies start with what the HPA would have for the first tick, and may go up to ten times the mean. */
const CEILING_SHARE = 10;

export async function playDemo(parts: DemoSessionParts): Promise<Played> {
  const { options, traffic, forecaster, clock, signal, show } = parts;
  const { startMs, pods: demand } = traffic.played;
  const virtual = new VirtualClock(startMs);
  const log = new DemoLog();
  const replicas = Math.max(1, Math.ceil((demand[0] ?? 1) / (options.target / 100)));
  const maxReplicas = Math.ceil(options.meanPods * CEILING_SHARE);
  const { startupSeconds } = options;
  const stack = await openDemoStack({
    clock: virtual,
    traffic,
    forecaster,
    replicas,
    maxReplicas,
    startupSeconds,
    onAccount: (account) => log.account(account),
  });
  const spec = { minReplicas: 1, maxReplicas, targetUtilisation: options.target };
  const name = options.target === 70 ? 'hpa-default' : `hpa-${options.target}`;
  const hpa = hpaLane({ name, spec, replicas, startupSeconds, startMs });
  const beganMs = clock.monotonicMs();
  const wallSeconds = () => (clock.monotonicMs() - beganMs) / 1000;
  try {
    const played = await replay({
      startMs,
      demand,
      lanes: [stack.lane, hpa],
      advance: (toMs) => virtual.advance(toMs - virtual.wallMs()),
      afterTick: async (tick, sofar) => {
        const [own, peer] = sofar.map(({ rows }) => rows.at(-1));
        if (own && peer) log.tick(own, peer);
        const shown = () => show({ tick, played: sofar, log, stack, wallSeconds: wallSeconds() });
        shown();
        const seconds = (tick.endMs - startMs) / 1000;
        if (options.speed !== undefined) await keepPace(seconds / options.speed, shown);
        return !signal.aborted;
      },
    });
    const ticks = played[0]?.rows.length ?? 0;
    return { log, outcomes: outcomesOf(played), ticks, exports: stack.exports(), wallSeconds: wallSeconds() };
  } finally {
    await stack.close();
  }

  async function keepPace(untilSeconds: number, shown: () => void): Promise<void> {
    for (;;) {
      const aheadMs = (untilSeconds - wallSeconds()) * 1000;
      if (aheadMs <= 1 || signal.aborted) return;
      await clock.sleep(Math.min(aheadMs, REDRAW_MS), signal).catch(() => {});
      shown();
    }
  }
}

/** Times real time. */
export function speedOf({ tick, wallSeconds }: Progress, startMs: number): number {
  return (tick.endMs - startMs) / 1000 / Math.max(wallSeconds, TICK_SECONDS / 1e6);
}
