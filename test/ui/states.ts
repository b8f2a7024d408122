import type { PolicyOutcome, Sample, ViewState } from '../../controller/ui/view-state.ts';

export const outcomes: readonly PolicyOutcome[] = [
  { name: 'Foresail', podHours: 412.34, hotShare: 0.0031, directionChanges: 31, leadTimeGainedSeconds: 95 },
  {
    name: 'default HPA',
    podHours: 523.1,
    hotShare: 0.0082,
    directionChanges: 12,
    leadTimeGainedSeconds: Number.NaN,
  },
];

/** Four hours of a load that swings, short of capacity for some minutes at its steepest. */
function sample(tick: number): Sample {
  const demand = 3_000 + 1_500 * Math.sin(tick / 140) + 60 * Math.sin(tick * 1.7);
  const capacity = Math.ceil(demand / 166 + 1.5) * 166 - (tick > 700 && tick < 740 ? 900 : 0);
  return { demand, capacity, rivalCapacity: Math.ceil((demand * 1.3) / 166) * 166, hot: demand > capacity };
}

const startMs = Date.UTC(2025, 2, 28);

export const evening: ViewState = {
  source: 'generated shop traffic',
  startMs,
  endMs: startMs + 86_400_000,
  nowMs: startMs + 960 * 15_000,
  speed: 2_345.6,
  exports: 123_456,
  samples: Array.from({ length: 960 }, (_, tick) => sample(tick)),
  sampleSeconds: 15,
  band: {
    p50: Array.from({ length: 30 }, (_, lead) => 3_800 + lead * 10),
    p99: Array.from({ length: 30 }, (_, lead) => 4_100 + lead * 25),
  },
  decisions: [
    {
      atMs: startMs + 3_000_000,
      from: 24,
      to: 26,
      reason: 'ForecastDemand',
      message:
        '26 replicas: the p99 of the maximum over 105 s is 4,120 requests/s and one replica carries 166',
    },
    {
      atMs: startMs + 6_015_000,
      from: 26,
      to: 9,
      reason: 'Steady',
      message: '9 replicas: nothing higher is needed soon',
    },
  ],
  outcomes,
};

/** The first moment: nothing has been played yet. */
export const beginning: ViewState = {
  ...evening,
  nowMs: startMs,
  speed: 0,
  exports: 0,
  samples: [],
  band: undefined,
  decisions: [],
  outcomes: outcomes.map(({ name }) => ({
    name,
    podHours: 0,
    hotShare: Number.NaN,
    directionChanges: 0,
    leadTimeGainedSeconds: Number.NaN,
  })),
};
