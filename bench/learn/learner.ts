import type { Fleet } from '../replay/fleet.ts';
import type { Forecasts } from '../replay/forecast-tape.ts';
import type { Scaler, Seen } from '../replay/scaler.ts';
import { foresailScaler } from '../replay/scalers/foresail.ts';
import { type Choose, REMOVALS, type Removal, withLearnedRemoval } from './learned-removal.ts';
import type { Episode } from './returns.ts';

export interface LearnerParts {
  readonly forecasts: Forecasts;
  readonly startMs: number;
  readonly choose: Choose;
  readonly random: () => number;
  /** Share of decisions that try something else. */
  readonly exploring: number;
}

interface Tried {
  readonly state: number;
  readonly removal: Removal;
}

/** Foresail that removes by what is being learned, tries other removals now and then, and keeps what came of it. */
export function learnerScaler(parts: LearnerParts): Scaler & { readonly episode: Episode } {
  const episode = {
    states: [] as (number | undefined)[],
    removals: [] as (Removal | undefined)[],
    ...{ replicas: [] as number[], load: [] as number[], ready: [] as number[] },
  };
  let tried: Tried | undefined;
  const taken = (): Tried | undefined => tried;
  const rules = withLearnedRemoval((state) => {
    const { random, exploring, choose } = parts;
    const any = REMOVALS[Math.floor(random() * REMOVALS.length)] ?? 'none';
    const removal = random() < exploring ? any : choose(state);
    tried = { state, removal };
    return removal;
  });
  const scaler = foresailScaler({ forecasts: parts.forecasts, startMs: parts.startMs, rules });
  return {
    name: 'learner',
    episode,
    decide(seen: Seen, fleet: Fleet): number {
      tried = undefined;
      const asked = scaler.decide(seen, fleet);
      episode.states.push(taken()?.state);
      episode.removals.push(taken()?.removal);
      episode.replicas.push(fleet.replicas);
      episode.load.push(Number.isNaN(seen.demand) ? 0 : seen.demand);
      episode.ready.push(seen.served);
      return asked;
    },
  };
}
