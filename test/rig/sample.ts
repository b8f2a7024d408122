export type SampleOptions = {
  readonly name: string;
  readonly namespace?: string;
  readonly replicas: number;
  /** From the pod's start to its being Ready. */
  readonly startupSeconds?: number;
  readonly behaviour?: 'crash-loop' | 'never-ready';
  readonly annotations?: Readonly<Record<string, string>>;
};

/** A Deployment and its Service for the rig's pods, as text for `apply`. */
export function sampleWorkload(options: SampleOptions): string {
  const { name, namespace = 'default', replicas } = options;
  const metadata = { name, namespace };
  const labels = { app: name };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: podAnnotations(options) },
        spec: {
          // The default grace period is for processes; these pods have none.
          terminationGracePeriodSeconds: 1,
          containers: [{ name: 'app', image: 'rig.invalid/app', ports: [{ containerPort: 8000 }] }],
        },
      },
    },
  };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8000 }] },
  };
  return `${JSON.stringify(deployment)}\n---\n${JSON.stringify(service)}\n`;
}

function podAnnotations({ startupSeconds, behaviour, annotations = {} }: SampleOptions): object {
  return {
    ...annotations,
    ...(startupSeconds === undefined ? {} : { 'foresail.dev/rig-startup-seconds': String(startupSeconds) }),
    ...(behaviour === undefined ? {} : { 'foresail.dev/rig-behaviour': behaviour }),
  };
}
