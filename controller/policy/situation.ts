import type { Step } from '../series/step.ts';
import {
  DEFAULT_LEAD_SECONDS,
  ORIGIN_AGE_MOST_STEPS,
  PAYBACK_LEADS,
  PAYBACK_LEAST_SECONDS,
  PAYBACK_PROBABILITY,
  REACTIVE_STEPS,
  TELEMETRY_STEPS,
} from './constants.ts';
import { type Doubt, doubtOf } from './doubt.ts';
import { secondsText } from './figures.ts';
import type { Observation, Target } from './observation.ts';
import { isUsable, leadRps, peakRps } from './peak.ts';
import { growthOf, needOf, type SignalNeed } from './signal.ts';

/** The observation and what every rule needs from it, worked out once. */
export interface Situation {
  readonly observation: Observation;
  readonly target: Target;
  /** What was asked for last: pods that are starting are in it, so nothing is ordered twice. */
  readonly current: number;
  /** Requests per second of one replica; NaN while unknown. */
  readonly capacityRps: number;
  /** When a replica that is asked for now can serve: before that, asking helps nobody. Undefined without a forecast or a capacity. */
  readonly order: Need | undefined;
  /** The highest until then: what is given up now cannot be had back before. */
  readonly lead: Need | undefined;
  /** Over the payback window: what a pod removed now might be wanted back for. */
  readonly payback: Need | undefined;
  /** The load of this moment; undefined without a known rate or a capacity. */
  readonly reactive: Need | undefined;
  /** Why the forecast that was given is not believed; undefined when it is, or when there is none. */
  readonly forecastFlaw: string | undefined;
  /** What each signal beside the request rate asks for, in the order of the spec. */
  readonly signals: readonly SignalNeed[];
  /** Why a rate that fell is not believed; undefined when it is. */
  readonly doubt: Doubt | undefined;
}

/** So many requests per second within so many seconds, with this probability, need so many replicas (not rounded). */
export interface Need {
  readonly rps: number;
  readonly withinSeconds: number;
  readonly probability: number;
  readonly replicas: number;
}

export function assess(observation: Observation, target: Target): Situation {
  const { capacityRps, leadSeconds, at, ahead, reactive, forecastFlaw } = outlookOf(observation);
  return {
    observation,
    target,
    current: target.replicas,
    capacityRps,
    order: at(leadSeconds, observation.boldness.probability),
    lead: ahead(leadSeconds, observation.boldness.probability),
    payback: ahead(paybackSeconds(leadSeconds), PAYBACK_PROBABILITY),
    reactive,
    forecastFlaw,
    doubt: doubtOf(observation),
    signals: signalNeeds(observation, target, leadSeconds, forecastFlaw),
  };
}

function signalNeeds(
  { signals = [], forecast, recent, stepSeconds }: Observation,
  { replicas }: Target,
  leadSeconds: number,
  flaw: string | undefined,
): readonly SignalNeed[] {
  if (signals.length === 0) return [];
  const usable = forecast !== undefined && flaw === undefined;
  const ahead = usable ? leadRps(forecast, leadSeconds / stepSeconds, 0.5) : Number.NaN;
  const growth = growthOf(reactiveRps(recent), ahead);
  return signals.map((reading) => needOf(reading, replicas, growth, stepSeconds));
}

/** What lies ahead, whatever the target is and however bold the policy may be. */
export interface Outlook extends Pick<Situation, 'capacityRps' | 'reactive' | 'forecastFlaw'> {
  /**
   * From the forecast's origin to where the next decision covers: the origin's age, the lead time, and a step until then.
   *
   * the origin is 5 s old, a start takes 30 s, steps of 15 s
   * -> 50 s; a replica asked for now serves 35 s after the origin
   */
  readonly leadSeconds: number;
  readonly servesInSeconds: number;
  /** In the step so far ahead; undefined without a forecast that is believed, or a capacity. */
  readonly at: (inSeconds: number, probability: number) => Need | undefined;
  /** The highest until then. */
  readonly ahead: (withinSeconds: number, probability: number) => Need | undefined;
}

export function outlookOf(
  observation: Pick<Observation, 'forecast' | 'capacity' | 'leadTime' | 'stepSeconds' | 'recent' | 'wallMs'>,
): Outlook {
  const { forecast, capacity, leadTime, stepSeconds, recent } = observation;
  const capacityRps = capacity.rpsPerReplica > 0 ? capacity.rpsPerReplica : Number.NaN;
  const startSeconds = leadTime.seconds > 0 ? leadTime.seconds : DEFAULT_LEAD_SECONDS;
  const servesInSeconds = originAgeSeconds(observation) + startSeconds;
  const forecastFlaw = flawOf(observation);
  return {
    capacityRps,
    leadSeconds: servesInSeconds + stepSeconds,
    servesInSeconds,
    reactive: need(reactiveRps(recent), 0, 1, capacityRps),
    forecastFlaw,
    at(inSeconds, probability) {
      if (forecast === undefined || forecastFlaw !== undefined) return undefined;
      const rps = leadRps(forecast, inSeconds / stepSeconds, probability);
      return need(rps, inSeconds, probability, capacityRps);
    },
    ahead(withinSeconds, probability) {
      if (forecast === undefined || forecastFlaw !== undefined) return undefined;
      const covered = (forecast.peaks.at(-1)?.steps ?? 0) * stepSeconds;
      const seconds = Math.min(withinSeconds, covered);
      return need(peakRps(forecast, seconds / stepSeconds, probability), seconds, probability, capacityRps);
    },
  };
}

function originAgeSeconds({
  forecast,
  wallMs,
  stepSeconds,
}: Pick<Observation, 'forecast' | 'wallMs' | 'stepSeconds'>): number {
  const age = forecast === undefined ? 0 : (wallMs - forecast.originMs) / 1000;
  return Math.min(Math.max(0, age), ORIGIN_AGE_MOST_STEPS * stepSeconds) || 0;
}

/** A removed replica must not be wanted again for so long. */
export function paybackSeconds(leadSeconds: number): number {
  return Math.max(PAYBACK_LEADS * leadSeconds, PAYBACK_LEAST_SECONDS);
}

/** Known: pods reported it. Infinity or a negative rate is a broken sender, not a load. */
export function isKnown(step: Step): boolean {
  return Number.isFinite(step.rps) && step.rps >= 0;
}

/** Whether a rate is known that is young enough to decide by; a NaN of an age is not. */
export function isTelemetryFresh({ recent, stepSeconds, telemetryAgeSeconds }: Observation): boolean {
  return recent.some(isKnown) && telemetryAgeSeconds <= TELEMETRY_STEPS * stepSeconds;
}

/** The fewest whole replicas; a hair above a whole number is rounding of the division, not a request more. */
export function whole(replicas: number): number {
  return Math.ceil(replicas - 1e-9);
}

function flawOf({
  forecast,
  recent,
  stepSeconds,
}: Pick<Observation, 'forecast' | 'recent' | 'stepSeconds'>): string | undefined {
  if (forecast === undefined) return undefined;
  if (!isUsable(forecast) || !(stepSeconds > 0)) return 'holds something that is not a number';
  const newest = recent.at(-1);
  if (newest === undefined) return undefined;
  const behindSteps = (newest.startMs - forecast.originMs) / (stepSeconds * 1000) + 1;
  if (behindSteps <= TELEMETRY_STEPS) return undefined;
  return `is ${secondsText(behindSteps * stepSeconds)} behind the telemetry`;
}

/** The higher of the last two known rates; NaN when none is known. */
export function reactiveRps(recent: readonly Step[]): number {
  const known = recent.filter(isKnown).slice(-REACTIVE_STEPS);
  return known.length === 0 ? Number.NaN : Math.max(...known.map((step) => step.rps));
}

function need(
  rps: number,
  withinSeconds: number,
  probability: number,
  capacityRps: number,
): Need | undefined {
  const replicas = rps / capacityRps;
  return Number.isFinite(replicas) ? { rps, withinSeconds, probability, replicas } : undefined;
}
