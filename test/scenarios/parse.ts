import { type PredictiveScalerSpec, predictiveScalerSpec } from '../../controller/api/predictive-scaler.ts';
import { events, expectations, forecasts, loads, placeholders, type Sentence, seconds } from './grammar.ts';
import type { Scenario } from './scenario.ts';

/** What is wrong with a scenario file, as `FILE:LINE: what must be changed`. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

interface Draft {
  settings: Settings | undefined;
  readonly load: number[];
  readonly forecasts: Scenario['forecasts'][number][];
  readonly events: Scenario['events'][number][];
  readonly expectations: Scenario['expectations'][number][];
}

type Settings = Pick<Scenario, 'spec' | 'capacityRps' | 'startupSeconds' | 'replicas' | 'seenRps'>;

/** Reads one scenario. Throws a {@link ScenarioError} that names file and line. */
export function parseScenario(file: string, text: string): Scenario {
  const draft: Draft = { settings: undefined, load: [], forecasts: [], events: [], expectations: [] };
  for (const [at, raw] of text.split('\n').entries()) {
    const sentence = (raw.split('#')[0] ?? '').trim().replace(/\s+/g, ' ');
    if (sentence === '') continue;
    try {
      read(sentence, at + 1, draft);
    } catch (error) {
      throw new ScenarioError(`${file}:${at + 1}: ${error instanceof Error ? error.message : error}`);
    }
  }
  const { settings, ...rest } = draft;
  const missing = (what: string) => new ScenarioError(`${file}:1: there must be ${what}`);
  if (settings === undefined) throw missing('a line "scaler min N max N capacity N lead TIME"');
  if (rest.load.length === 0) throw missing('a line "load ..."');
  if (rest.forecasts.length === 0) throw missing('a line "forecast ..."');
  if (rest.expectations.length === 0) throw missing('something to expect');
  return { file, ...settings, ...rest };
}

function read(sentence: string, line: number, draft: Draft): void {
  if (sentence.startsWith('scaler ')) {
    draft.settings = settings(sentence.split(' ').slice(1));
    return;
  }
  const load = match(loads, sentence);
  const forecast = match(forecasts, sentence);
  const event = match(events, sentence);
  const expectation = match(expectations, sentence);
  if (load !== undefined) draft.load.push(...load);
  else if (forecast !== undefined) draft.forecasts.push(forecast);
  else if (event !== undefined) draft.events.push(event);
  else if (expectation !== undefined) {
    draft.expectations.push({ ...expectation, line, text: sentence } as Scenario['expectations'][number]);
  } else throw new TypeError(unknown(sentence));
}

function match<Made>(sentences: readonly Sentence<Made>[], text: string): Made | undefined {
  for (const { form, make } of sentences) {
    const found = pattern(form).exec(text);
    if (found) return make(found.slice(1));
  }
  return undefined;
}

function pattern(form: string): RegExp {
  return new RegExp(`^${form.replace(/\{(\w+)\}/g, (whole, name: string) => placeholders[name] ?? whole)}$`);
}

/** Names the sentences that begin like the one that is not understood. */
function unknown(sentence: string): string {
  const [first = ''] = sentence.split(' ');
  const forms = [...loads, ...forecasts, ...events, ...expectations].map(({ form }) => form);
  const similar = forms.filter((form) => form.startsWith(`${first} `));
  const list = (similar.length > 0 ? similar : forms).map((form) => `  ${form}`);
  return `"${sentence}" must be one of\n${list.join('\n')}`;
}

const words: Readonly<Record<string, (draft: SettingsDraft, value: string) => void>> = {
  min: (draft, value) => {
    draft.spec.minReplicas = Number(value);
  },
  max: (draft, value) => {
    draft.spec.maxReplicas = Number(value);
  },
  mode: (draft, value) => {
    draft.spec.mode = value;
  },
  budget: (draft, value) => {
    draft.spec.objective = { budgetPercent: Number(value.replace(/%$/, '')) };
  },
  capacity: (draft, value) => {
    draft.capacityRps = Number(value);
  },
  lead: (draft, value) => {
    draft.spec.forecast = { ...(draft.spec.forecast as object), leadSeconds: seconds(value) };
  },
  startup: (draft, value) => {
    draft.startupSeconds = seconds(value);
  },
  replicas: (draft, value) => {
    draft.replicas = Number(value);
  },
  seen: (draft, value) => {
    draft.seenRps = Number(value);
  },
  mayScaleDown: (draft, value) => {
    draft.spec.forecast = { ...(draft.spec.forecast as object), mayScaleDown: value === 'true' };
  },
  up: (draft, value) => {
    draft.behavior.scaleUp = limit(value);
  },
  down: (draft, value) => {
    draft.behavior.scaleDown = limit(value);
  },
};

interface SettingsDraft {
  readonly spec: Record<string, unknown>;
  readonly behavior: Record<string, unknown>;
  capacityRps: number;
  startupSeconds: number;
  replicas: number;
  seenRps: number;
}

function settings(pairs: readonly string[]): Settings {
  const draft: SettingsDraft = {
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'cart' }, mode: 'Automatic' },
    behavior: {},
    capacityRps: Number.NaN,
    startupSeconds: Number.NaN,
    replicas: Number.NaN,
    seenRps: 0,
  };
  for (let at = 0; at < pairs.length; at += 2) {
    const [key = '', value = ''] = pairs.slice(at);
    const set = words[key];
    if (set === undefined) throw new TypeError(`"${key}" must be one of ${Object.keys(words).join(', ')}`);
    set(draft, value);
  }
  const spec = checked({ ...draft.spec, behavior: draft.behavior });
  const { minReplicas, forecast } = spec;
  if (!(draft.capacityRps > 0)) throw new TypeError('capacity must be requests/s of one replica, above 0');
  const startupSeconds = Number.isNaN(draft.startupSeconds)
    ? (forecast.leadSeconds ?? 60)
    : draft.startupSeconds;
  const replicas = Number.isNaN(draft.replicas) ? minReplicas : draft.replicas;
  return { spec, capacityRps: draft.capacityRps, startupSeconds, replicas, seenRps: draft.seenRps };
}

function checked(given: unknown): PredictiveScalerSpec {
  const { success, data, error } = predictiveScalerSpec.safeParse(given);
  if (success) return data;
  const [issue] = error.issues;
  throw new TypeError(`${issue?.path.join('.')}: ${issue?.message}`);
}

/** `4`, `50%`, `4/60s`, `50%/2m`: at most so many (or so much) at once, and so long between two. */
function limit(text: string): object {
  const [, amount = '', percent, cooldown] = /^(\d+)(%)?(?:\/(.+))?$/.exec(text) ?? [];
  if (amount === '') throw new TypeError(`"${text}" must be like 4, 50%, 4/60s or 50%/2m`);
  return {
    ...(percent === undefined ? { maxReplicas: Number(amount) } : { maxPercent: Number(amount) }),
    ...(cooldown === undefined ? {} : { cooldownSeconds: seconds(cooldown) }),
  };
}
