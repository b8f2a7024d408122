/**
 * Every reason a decision, condition, Event, log line or refusal can carry, in one list: code, severity, what it
 * means. A code is one CamelCase word (Kubernetes' convention), is documented here, and is never reused for
 * something else.
 */
export const reasons = {
  // why the number is what it is
  ForecastDemand: ['info', 'the forecast of demand over the lead time needs this many replicas'],
  ReactiveFloor: ['info', 'the load of this moment needs more replicas than the forecast says'],
  SignalDemand: [
    'info',
    'another signal than the request rate needs this many replicas; the message names it',
  ],
  ObjectiveMissed: [
    'warning',
    'the objective is missed and what one replica carries is not known: replicas are added',
  ],
  LoadRose: [
    'info',
    'what one replica carries is not known: each goes on with as much load as it had at first',
  ],
  AtMinimum: ['info', 'minReplicas holds the number up'],
  CalendarFloor: ['info', 'an event of the calendar asks for so many replicas, and goes on or begins soon'],
  AtMaximum: ['warning', 'maxReplicas holds the number down; the load may need more'],
  StepLimited: ['info', 'behavior limits how many replicas one step may add or remove'],
  CoolingDown: ['info', 'the last change in this direction is too recent'],
  ScaleDownStabilized: [
    'info',
    'a higher number was needed a moment ago or will be soon, so nothing is removed yet',
  ],
  ReleaseFreeze: ['info', 'another revision was rolled out a moment ago, so nothing is removed yet'],
  ForecastScaleDownForbidden: [
    'info',
    'forecast.mayScaleDown is false: the forecast may add replicas, not remove them',
  ],
  PlanHeld: [
    'warning',
    'far more than history supports is asked for: the supported part is done, the rest waits for approval',
  ],
  PlanApproved: ['info', 'somebody has approved the plan that was held'],
  Steady: ['info', 'the number of replicas is already right'],
  // why nothing is done
  Paused: ['info', 'spec.paused is true'],
  ShadowMode: ['info', 'mode Shadow computes and records, and neither advises nor acts'],
  AdvisoryMode: ['info', 'mode Advisory publishes the number and does not act'],
  AssistedMode: ['info', 'mode Assisted may add replicas, not remove them'],
  OtherWriter: ['warning', 'somebody else scales the target too: Foresail only advises until that ends'],
  OthersUnseen: ['info', 'whether somebody else scales the target cannot be seen'],
  ActuatorMissing: ['warning', 'spec.actuation names nothing that the number could be written to'],
  TelemetryMissing: ['warning', 'no recent telemetry: replicas hold, because missing is not zero'],
  TelemetryPartial: ['warning', 'too few of the pods report: replicas may rise, not fall'],
  TelemetrySuspect: ['warning', 'telemetry was refused or contradicts itself: replicas may rise, not fall'],
  DemandDoubtful: [
    'warning',
    'the rate fell while errors rose or another signal stood: replicas may rise, not fall, for an hour',
  ],
  SignalMissing: ['warning', 'a signal of spec.signals is not known: replicas may rise, not fall'],
  CapacityUnknown: ['warning', 'no evidence yet of what one replica carries: replicas hold'],
  TargetMissing: ['warning', 'scaleTargetRef names an object that does not exist'],
  PodsNotStarting: ['warning', 'pods are not Ready long after their creation'],
  ClusterStale: ['warning', 'the view of the cluster is not fresh: replicas may rise, not fall'],
  ForecastUnavailable: ['warning', 'no model answered: the reactive rule decides alone'],
  InvalidSpec: ['warning', 'the PredictiveScaler does not say what is needed'],
  // why the fallback answered
  ModelTrapped: ['warning', 'the forecaster trapped; the fallback answered'],
  ModelTimedOut: ['warning', 'the forecaster missed its deadline; the fallback answered'],
  ModelNotFinite: ['warning', 'the forecaster returned NaN or infinity; the fallback answered'],
  ModelImplausible: ['warning', 'the forecaster returned far more than was ever seen; the fallback answered'],
  ModelDigestMismatch: ['error', 'the forecaster is not the module on record; it was not run'],
  ModelWarmingUp: ['info', 'too little history for the model; a baseline answers'],
  SeasonUnknown: [
    'info',
    'too little of the last season is known for the seasonal baseline; the conservative one answers',
  ],
  // outcome of a write
  Scaled: ['info', 'the scale was written'],
  ScaleConflict: ['warning', 'the target changed while deciding; decided again from the new state'],
  ScaleRefused: ['warning', 'the API server refused the scale'],
  FencedOut: ['warning', 'a newer leader exists; the API server refused this write'],
  // telemetry refused at the door
  TokenMissing: ['warning', 'no bearer token'],
  TokenRefused: ['warning', 'the token is expired, for another audience, or not of a running pod'],
  WorkloadUnknown: ['warning', 'the pod belongs to no workload that can be scaled'],
  // why a pod got no sidecar
  InjectionNotAsked: ['info', 'neither the pod nor its namespace asks for a sidecar'],
  InjectionDisabled: ['info', 'the pod or its namespace refuses a sidecar'],
  InjectionValueUnknown: ['warning', 'foresail.dev/inject is neither enabled nor disabled'],
  NamespaceExcluded: ['info', 'operators exclude the namespace from injection'],
  MirrorPod: ['info', 'a mirror of a static pod must not be changed'],
  HostNetwork: ['info', 'the pod uses the network of its node'],
  WindowsPod: ['info', 'the sidecar runs on Linux only'],
  RunsToCompletion: ['info', 'a pod that ends by itself is never scaled'],
  SidecarPresent: ['info', 'the pod has a sidecar already'],
  VolumeNameTaken: ['warning', 'a volume of the pod has the name of one of the sidecar’s'],
  PodLevelResources: ['warning', 'the resources of the pod as a whole leave no known room'],
  ProfileUnknown: ['warning', 'foresail.dev/inject-profile names no profile'],
  ProxyMissing: ['warning', 'the profile needs a mesh proxy, and the pod has none'],
  PodUnreadable: ['error', 'the pod in the request is not one that can be read'],
} as const satisfies Record<string, readonly ['info' | 'warning' | 'error', string]>;

export type Reason = keyof typeof reasons;
