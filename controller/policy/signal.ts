import type { SignalType } from '../api/signals-block.ts';
import { GROWTH_MOST, SIGNAL_TOLERANCE, TELEMETRY_STEPS } from './constants.ts';
import { rateText, secondsText } from './figures.ts';

/** What one signal of spec.signals says now, all pods of the workload together. What is not known is NaN. */
export interface SignalReading {
  readonly type: Exclude<SignalType, 'RequestRate'>;
  /** Unique in the workload: `CPU`, `Otlp queue.depth`. */
  readonly name: string;
  /** For people: `requests in flight`, `cores`. */
  readonly unit: string;
  /** How much of it one replica may have. */
  readonly perReplica: number;
  /** Of the pods that said something: no less than this is there. */
  readonly atLeast: number;
  /** With the pods that did not, each counted at `perReplica` as the HPA does before it removes. */
  readonly atMost: number;
  readonly podsReporting: number;
  readonly podsExpected: number;
  readonly ageSeconds: number;
  /** Older than this it is not known; three steps when absent. */
  readonly staleSeconds?: number;
  /** The middle of the last ten minutes. */
  readonly usual: number;
  /** Why nothing is known, and what to do about it; only where the source knows. */
  readonly fault?: string;
}

/** How many replicas a signal asks for. */
export interface SignalNeed {
  readonly reading: SignalReading;
  /** Read lately, from at least half of the pods: only then it can agree to a removal. */
  readonly fresh: boolean;
  /** Not rounded. What the load of this signal needs; 0 while nothing is known. */
  readonly added: number;
  /** Whole. `added` outside the tolerance, what is there inside it, and never more than is there for what pods did not say. */
  readonly replicas: number;
}

/**
 * The HPA's formula, in totals: ceil(sum over the pods / target) is its ceil(replicas x mean / target). Pods that are not
 * Ready are in neither sum; silent ones count nothing when it adds and the whole target when it removes. Inside 10 %
 * nothing is to be changed. `growth`: what is carried by requests grows as they will, 1 when they are not known to.
 *
 * 10 replicas, 700 millicores each may use; 9 pods use 7.65 cores, one is silent; the rate will be 1.4 times as high
 * added 7.65 x 1.4 / 0.7 = 15.3 | without growth 7.65 / 0.7 = 10.9, within 10 % of 10
 * -> 16 | 10
 */
export function needOf(
  reading: SignalReading,
  current: number,
  growth: number,
  stepSeconds: number,
): SignalNeed {
  const { perReplica, atLeast, atMost, podsReporting, podsExpected, ageSeconds } = reading;
  const young = ageSeconds <= (reading.staleSeconds ?? TELEMETRY_STEPS * stepSeconds);
  const known = young && perReplica > 0 && atLeast >= 0 && Number.isFinite(atLeast / perReplica);
  if (!known) return { reading, fresh: false, added: 0, replicas: 0 };
  const fresh = Number.isFinite(atMost) && podsReporting > 0 && podsReporting * 2 >= podsExpected;
  const added = (atLeast / perReplica) * (isCarriedByRequests(reading) ? growth : 1);
  const high = Math.max(added, fresh ? atMost / perReplica : current);
  if (added > current * (1 + SIGNAL_TOLERANCE)) return { reading, fresh, added, replicas: ceil(added) };
  const replicas = high >= current * (1 - SIGNAL_TOLERANCE) ? current : Math.min(current, ceil(high));
  return { reading, fresh, added, replicas };
}

/** By how much the median of the forecast exceeds the load of this moment: from 1 to GROWTH_MOST; 1 when either is unknown. */
export function growthOf(nowRps: number, aheadRps: number): number {
  const growth = aheadRps / nowRps;
  return growth > 1 ? Math.min(growth, GROWTH_MOST) : 1;
}

/** Work in progress and CPU follow from requests (Little's law, the cost of one); what waits in a queue or fills memory need not. */
function isCarriedByRequests({ type }: SignalReading): boolean {
  return type === 'CPU' || type === 'InFlight';
}

/** The one that asks for most; the first of equals. */
export function largestOf(needs: readonly SignalNeed[]): SignalNeed | undefined {
  return needs.reduce<SignalNeed | undefined>(
    (largest, next) => (largest === undefined || next.replicas > largest.replicas ? next : largest),
    undefined,
  );
}

/** Whose need the number came from: another signal's where its rule spoke, else the request rate's. */
export function leadingSignal(
  needs: readonly SignalNeed[],
  trace: readonly { readonly rule: string; readonly speaks: boolean }[],
): string {
  const spoke = trace.some(({ rule, speaks }) => rule === 'signalDemand' && speaks);
  return (spoke ? largestOf(needs)?.reading.name : undefined) ?? 'RequestRate';
}

/** `CPU is 9.8 cores in all, one replica may have 0.7`. */
export function signalText({ reading, added }: SignalNeed): string {
  const { name, unit, atLeast, perReplica } = reading;
  const ahead = added > (atLeast / perReplica) * 1.001 ? ' and growing with the forecast' : '';
  return `${name} is ${rateText(atLeast)} ${unit} in all${ahead}, one replica may have ${rateText(perReplica)}`;
}

/** Why a signal does not agree to a removal. */
export function silenceText({ name, fault, podsReporting, podsExpected, ageSeconds }: SignalReading): string {
  if (fault !== undefined) return `${name} is missing: ${fault}`;
  if (!Number.isFinite(ageSeconds)) return `${name} has not been read yet`;
  if (podsReporting * 2 < podsExpected)
    return `${name} is known of ${podsReporting} of ${podsExpected} pods only`;
  return `${name} was last read ${secondsText(ageSeconds)} ago`;
}

function ceil(replicas: number): number {
  return Math.ceil(replicas - 1e-9);
}
