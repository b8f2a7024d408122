import test from 'ava';
import { decide } from '../../controller/policy/decide.ts';
import { explain } from '../../controller/policy/explain.ts';
import { forecast, observation, spec } from './observations.ts';

test('shows the last word and what every rule made of it', (t) => {
  const decision = decide(
    observation({
      forecast: forecast(1800),
      spec: spec({ mode: 'Advisory', behavior: { scaleUp: { maxReplicas: 4 } } }),
    }),
  );
  t.is(
    explain(decision),
    `10 replicas: mode Advisory only advises 14: behavior.scaleUp adds at most 4 per step, 24 are needed: the forecast expects up to 1800 requests/s in 60 s (99 % sure), one replica carries 75
  forecastChain      10  Steady          the model answers
  budget             10  Steady          no latency is known yet to count the budget by
> forecastDemand     24  ForecastDemand  the forecast expects up to 1800 requests/s in 60 s (99 % sure), one replica carries 75
  reactiveFloor      24  ForecastDemand  600 requests/s now need 8 replicas
  deadband           24  ForecastDemand  more than 5 % short
  telemetryFlawed    24  ForecastDemand  the last steps are whole
  forecastBroken     24  ForecastDemand  no forecast is broken
  clusterStale       24  ForecastDemand  the view of the cluster is fresh
  capacityUnknown    24  ForecastDemand  capacity is known
  telemetryMissing   24  ForecastDemand  telemetry is 5 s old
  freshStart         24  ForecastDemand  watched long enough
  releaseFreeze      24  ForecastDemand  no release was seen
  stabilization      24  ForecastDemand  nothing is removed
  payback            24  ForecastDemand  nothing is removed
  anomaly            24  ForecastDemand  no load was seen that a plan could be measured by
> step               14  StepLimited     behavior.scaleUp adds at most 4 per step, 24 are needed: the forecast expects up to 1800 requests/s in 60 s (99 % sure), one replica carries 75
  cooldown           14  StepLimited     no cooldown is running
  floor              14  StepLimited     minReplicas is 2
  ceiling            14  StepLimited     maxReplicas is 20
  forecastScaleDown  14  StepLimited     nothing is removed
> mode               10  AdvisoryMode    mode Advisory only advises 14: behavior.scaleUp adds at most 4 per step, 24 are needed: the forecast expects up to 1800 requests/s in 60 s (99 % sure), one replica carries 75
  undone             10  AdvisoryMode    nobody undoes what is written
  rivals             10  AdvisoryMode    nobody else scales the target
  actuator           10  AdvisoryMode    there is something to write the number to
  paused             10  AdvisoryMode    not paused
`,
  );
});
