/**
 * Specs that must be refused, each with what the refusal must say: by the process (test/api) and by a real API server
 * (test/real/crd.test.ts). `server` is given where the API server's own validation words it differently.
 */
export interface BadSpec {
  readonly name: string;
  readonly spec: unknown;
  readonly process: RegExp;
  readonly server?: RegExp;
}

const scaleTargetRef = { kind: 'Deployment', name: 'shop' };
const good = { scaleTargetRef, maxReplicas: 5 };

export const badSpecs: readonly BadSpec[] = [
  {
    name: 'min > max',
    spec: { ...good, minReplicas: 6 },
    process: /spec\.minReplicas: must be <= maxReplicas/,
    server: /spec\.minReplicas: Invalid value.*must be <= maxReplicas/,
  },
  {
    name: 'a name for the scale of the target',
    spec: { ...good, actuation: { name: 'web' } },
    process: /spec\.actuation\.name: must be left out with kind Scale/,
    server: /spec\.actuation\.name: Invalid value.*must be left out with kind Scale/,
  },
  {
    name: 'rotation of a StatefulSet',
    spec: {
      ...good,
      scaleTargetRef: { kind: 'StatefulSet', name: 'shop' },
      behavior: { scaleDown: { rotationSeconds: 60 } },
    },
    process: /spec\.behavior\.scaleDown\.rotationSeconds: must be left out but for the scale of a Deployment/,
    server: /spec\.behavior\.scaleDown\.rotationSeconds: Invalid value.*must be left out but for/,
  },
  {
    name: 'an event that ends before it starts',
    spec: {
      ...good,
      calendar: { events: [{ name: 'sale', start: '2026-11-27T08:00', end: '2026-11-27T07:00' }] },
    },
    process: /spec\.calendar\.events: must end after they start/,
    server: /spec\.calendar\.events: Invalid value.*must end after they start/,
  },
  {
    name: 'a lead for no replicas',
    spec: {
      ...good,
      calendar: {
        events: [{ name: 'x', start: '2026-11-27T08:00', end: '2026-11-27T09:00', leadSeconds: 60 }],
      },
    },
    process: /spec\.calendar\.events: must have minReplicas beside leadSeconds/,
    server: /spec\.calendar\.events: Invalid value.*must have minReplicas beside leadSeconds/,
  },
  {
    name: 'a holiday that is no date',
    spec: { ...good, calendar: { holidays: ['25-12-2026'] } },
    process: /spec\.calendar\.holidays\.0: must be a date such as 2026-12-25/,
    server: /spec\.calendar\.holidays\[0\].*should match/,
  },
  {
    name: 'an event by the second',
    spec: {
      ...good,
      calendar: {
        events: [{ name: 'x', start: '2026-11-27T08:00', end: '2026-11-27T09:00', rule: 'FREQ=SECONDLY' }],
      },
    },
    process: /spec\.calendar\.events\.0\.rule: must be a daily, weekly, monthly or yearly rule/,
    server: /spec\.calendar\.events\[0\]\.rule.*should match/,
  },
  {
    name: 'CPU without a utilization',
    spec: { ...good, signals: [{ type: 'CPU' }] },
    process: /spec\.signals: must have averageUtilization for CPU and Memory/,
    server: /spec\.signals: Invalid value.*must have averageUtilization for CPU and Memory/,
  },
  {
    name: 'work in flight without a value',
    spec: { ...good, signals: [{ type: 'InFlight' }] },
    process: /spec\.signals: must have averageValue for InFlight/,
    server: /spec\.signals: Invalid value.*must have averageValue for InFlight/,
  },
  {
    name: 'a gauge without a name',
    spec: { ...good, signals: [{ type: 'Otlp', averageValue: 3 }] },
    process: /spec\.signals: must name a metric for Otlp/,
    server: /spec\.signals: Invalid value.*must name a metric for Otlp/,
  },
  {
    name: 'a container of a queue',
    spec: { ...good, signals: [{ type: 'QueueDepth', averageValue: 3, container: 'app' }] },
    process: /spec\.signals: must name a container for CPU and Memory only/,
    server: /spec\.signals: Invalid value.*must name a container for CPU and Memory only/,
  },
  {
    name: 'the same signal twice',
    spec: {
      ...good,
      signals: [
        { type: 'CPU', averageUtilization: 70 },
        { type: 'CPU', averageUtilization: 80 },
      ],
    },
    process: /spec\.signals: must not name the same signal twice/,
    server: /spec\.signals: Invalid value.*must not name the same signal twice/,
  },
  {
    name: 'max 0',
    spec: { ...good, maxReplicas: 0 },
    process: /spec\.maxReplicas: must be >= 1/,
    server: /spec\.maxReplicas.*should be greater than or equal to 1/,
  },
  {
    name: 'max missing',
    spec: { scaleTargetRef },
    process: /spec\.maxReplicas: must be set/,
    server: /spec\.maxReplicas: Required value/,
  },
  {
    name: 'max beyond int32',
    spec: { ...good, maxReplicas: 2_147_483_648 },
    process: /spec\.maxReplicas: must be <= 10000/,
    server: /spec\.maxReplicas.*should be less than or equal to 10000/,
  },
  {
    name: 'min negative',
    spec: { ...good, minReplicas: -1 },
    process: /spec\.minReplicas: must be >= 1/,
    server: /spec\.minReplicas.*should be greater than or equal to 1/,
  },
  {
    name: 'max as text',
    spec: { ...good, maxReplicas: '5' },
    process: /spec\.maxReplicas: must be of type number/,
    server: /spec\.maxReplicas.*must be of type integer/,
  },
  {
    name: 'max not whole',
    spec: { ...good, maxReplicas: 2.5 },
    process: /spec\.maxReplicas: must be of type int/,
    server: /spec\.maxReplicas.*must be of type integer/,
  },
  {
    name: 'unknown mode',
    spec: { ...good, mode: 'Auto' },
    process: /spec\.mode: must be "Shadow" or "Advisory" or "Assisted" or "Automatic"/,
    server: /spec\.mode: Unsupported value: "Auto": supported values: "Shadow"/,
  },
  {
    name: 'target in another namespace',
    spec: { ...good, scaleTargetRef: { ...scaleTargetRef, namespace: 'kube-system' } },
    process: /spec\.scaleTargetRef\.namespace: must be left out: the target is always in the namespace/,
    server:
      /spec\.scaleTargetRef\.namespace: Invalid value.*must be left out: the target is always in the name/,
  },
  {
    name: 'target of a kind without replicas',
    spec: { ...good, scaleTargetRef: { kind: 'DaemonSet', name: 'shop' } },
    process: /spec\.scaleTargetRef\.kind: must be Deployment or StatefulSet with apiVersion apps\/v1/,
    server: /spec\.scaleTargetRef\.kind: Invalid value.*must be Deployment or StatefulSet/,
  },
  {
    name: 'target of an API version that is not served',
    spec: { ...good, scaleTargetRef: { ...scaleTargetRef, apiVersion: 'extensions/v1beta1' } },
    process: /spec\.scaleTargetRef\.kind: must be Deployment or StatefulSet with apiVersion apps\/v1/,
    server: /spec\.scaleTargetRef\.kind: Invalid value.*with no other apiVersion/,
  },
  {
    name: 'target of another kind, without its API version',
    spec: { ...good, scaleTargetRef: { kind: 'Rollout', name: 'shop' } },
    process: /spec\.scaleTargetRef\.kind: must be Deployment or StatefulSet with apiVersion apps\/v1/,
    server: /spec\.scaleTargetRef\.kind: Invalid value.*must be Deployment or StatefulSet/,
  },
  {
    name: 'target of an API version without a group',
    spec: { ...good, scaleTargetRef: { apiVersion: 'v1', kind: 'Pod', name: 'shop' } },
    process: /spec\.scaleTargetRef\.apiVersion: must be an API group and version/,
    server: /spec\.scaleTargetRef\.apiVersion.*should match/,
  },
  {
    name: 'target with a path for an API version',
    spec: { ...good, scaleTargetRef: { apiVersion: 'a/../v1', kind: 'Pod', name: 'shop' } },
    process: /spec\.scaleTargetRef\.apiVersion: must be an API group and version/,
    server: /spec\.scaleTargetRef\.apiVersion.*should match/,
  },
  {
    name: 'target with a path for a name',
    spec: { ...good, scaleTargetRef: { kind: 'Deployment', name: '../secrets/x' } },
    process: /spec\.scaleTargetRef\.name: must be lower-case letters/,
    server: /spec\.scaleTargetRef\.name.*should match/,
  },
  {
    name: 'target without a name',
    spec: { ...good, scaleTargetRef: { kind: 'Deployment' } },
    process: /spec\.scaleTargetRef\.name: must be set/,
    server: /spec\.scaleTargetRef\.name: Required value/,
  },
  {
    name: 'horizon < 0',
    spec: { ...good, forecast: { leadSeconds: -20 } },
    process: /spec\.forecast\.leadSeconds: must be >= 1/,
    server: /spec\.forecast\.leadSeconds.*should be greater than or equal to 1/,
  },
  {
    name: 'season shorter than a minute',
    spec: { ...good, forecast: { seasonSeconds: 15 } },
    process: /spec\.forecast\.seasonSeconds: must be >= 60/,
    server: /spec\.forecast\.seasonSeconds.*should be greater than or equal to 60/,
  },
  {
    name: 'budget 0 %',
    spec: { ...good, objective: { budgetPercent: 0 } },
    process: /spec\.objective\.budgetPercent: must be >= 0\.01/,
    server: /spec\.objective\.budgetPercent: Invalid value.*must be >= 0\.01/,
  },
  {
    name: 'percentile 100',
    spec: { ...good, objective: { percentile: 100 } },
    process: /spec\.objective\.percentile: must be <= 99\.9/,
    server: /spec\.objective\.percentile: Invalid value.*must be <= 99\.9/,
  },
  {
    name: 'step of 0 %',
    spec: { ...good, behavior: { scaleDown: { maxPercent: 0 } } },
    process: /spec\.behavior\.scaleDown\.maxPercent: must be >= 1/,
    server: /spec\.behavior\.scaleDown\.maxPercent.*should be greater than or equal to 1/,
  },
  {
    name: 'capacity 0',
    spec: { ...good, capacity: { requestsPerSecondPerReplica: 0 } },
    process: /spec\.capacity\.requestsPerSecondPerReplica: must be > 0/,
    server: /spec\.capacity\.requestsPerSecondPerReplica.*should be greater than 0/,
  },
  {
    name: 'no spec',
    spec: undefined,
    process: /spec\.scaleTargetRef: must be set/,
    server: /spec: Required value/,
  },
];
