import test from 'ava';
import { createMetrics } from '../../controller/observe/metrics.ts';
import type { Decision } from '../../controller/policy/decision.ts';
import type { Observation } from '../../controller/policy/observation.ts';
import type { Account } from '../../controller/ports.ts';
import { forecast, observation, step } from '../policy/observations.ts';

function account(given: Partial<Observation> = {}, outcome?: Account['outcome']): Account {
  const decision: Decision = {
    ...{ replicas: 12, recommended: 12, act: true, reason: 'ForecastDemand', message: '', trace: [] },
    memory: { recommendations: [], sinceMs: 0 },
  };
  return { observation: observation(given), decision, ...(outcome ? { outcome } : {}) };
}

const CART = 'namespace="shop",kind="Deployment",name="cart"';
const other = { namespace: 'shop', kind: 'Deployment', name: 'other' };

test('a decision shows the demand, the forecast, the capacity and what was asked', async (t) => {
  const metrics = createMetrics();
  metrics.decided(
    account({ recent: [step(600)], forecast: forecast(700) }, { kind: 'written', replicas: 12 }),
  );
  const text = await metrics.registry.metrics();
  for (const sample of [
    `foresail_demand_requests_per_second{${CART}} 600`,
    `foresail_forecast_requests_per_second{${CART},quantile="0.99"} 700`,
    `foresail_capacity_requests_per_second{${CART}} 75`,
    `foresail_lead_time_seconds{${CART}} 30`,
    `foresail_replicas{${CART},state="asked"} 10`,
    `foresail_replicas{${CART},state="recommended"} 12`,
    `foresail_decisions_total{${CART},reason="ForecastDemand"} 1`,
    `foresail_scale_writes_total{${CART},outcome="written"} 1`,
  ]) {
    t.true(text.includes(`${sample}\n`), sample);
  }
});

test('what is no longer known is gone from the page, not zero and not the last value', async (t) => {
  const metrics = createMetrics();
  metrics.decided(account({ recent: [step(600)], forecast: forecast(700) }));
  const unknown = { rpsPerReplica: Number.NaN, source: 'unknown', evidence: 0 } as const;
  metrics.decided(account({ recent: [step(Number.NaN)], forecast: undefined, capacity: unknown }));
  const text = await metrics.registry.metrics();
  t.notRegex(text, /foresail_(demand|forecast|capacity)_requests_per_second\{/);
});

test('a workload that is forgotten leaves no series, and takes no other along', async (t) => {
  const metrics = createMetrics();
  metrics.decided(account({}, { kind: 'written', replicas: 12 }));
  metrics.decided(account({ workload: other }));
  metrics.forgotten(observation().workload);
  await new Promise(setImmediate);
  const text = await metrics.registry.metrics();
  t.notRegex(text, /name="cart"/);
  t.regex(text, /foresail_decisions_total\{.*name="other"/);
});

test('a fallback is counted by its reason', async (t) => {
  const metrics = createMetrics();
  metrics.decided(
    account({ forecast: { ...forecast(700), source: 'seasonal', fallbackReason: 'ModelTimedOut' } }),
  );
  t.regex(await metrics.registry.metrics(), /foresail_forecast_fallbacks_total\{reason="ModelTimedOut"\} 1/);
});

test('a forecast is counted once, however often the workload is decided by it', async (t) => {
  const metrics = createMetrics();
  const answered = { ...forecast(700), source: 'seasonal', fallbackReason: 'ModelTimedOut' } as const;
  for (let decision = 0; decision < 3; decision++) metrics.decided(account({ forecast: answered }));
  metrics.decided(account({ forecast: { ...answered } }));
  t.regex(await metrics.registry.metrics(), /foresail_forecast_fallbacks_total\{reason="ModelTimedOut"\} 2/);
});

test('a target that is gone has no replicas on the page', async (t) => {
  const metrics = createMetrics();
  metrics.decided(account());
  metrics.decided(account({ target: undefined }));
  t.notRegex(await metrics.registry.metrics(), /foresail_replicas\{/);
});

test('what others count is read at each scrape', async (t) => {
  const metrics = createMetrics();
  const counted = { TokenMissing: 1 };
  metrics.count('refused_total', 'Refused.', () => counted);
  t.regex(await metrics.registry.metrics(), /refused_total\{reason="TokenMissing"\} 1/);
  counted.TokenMissing = 5;
  t.regex(await metrics.registry.metrics(), /refused_total\{reason="TokenMissing"\} 5/);
});
