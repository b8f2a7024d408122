import type { SignalReading } from '../../controller/policy/signal.ts';

/** CPU of 10 pods, 7 cores of 0.7 each: right for 10 replicas. */
export function cpu(given: Partial<SignalReading> = {}): SignalReading {
  const { atLeast = 7, perReplica = 0.7, podsReporting = 10, podsExpected = 10 } = given;
  const atMost = atLeast + (podsExpected - podsReporting) * perReplica;
  return {
    ...{ type: 'CPU', name: 'CPU', unit: 'cores', ageSeconds: 15, usual: atLeast },
    ...{ atLeast, perReplica, podsReporting, podsExpected, atMost },
    ...given,
  };
}

export function missing(given: Partial<SignalReading> = {}): SignalReading {
  const nothing = { atLeast: Number.NaN, atMost: Number.NaN, podsReporting: 0, podsExpected: 0 };
  return { ...cpu(), ...nothing, ageSeconds: Number.POSITIVE_INFINITY, usual: Number.NaN, ...given };
}
