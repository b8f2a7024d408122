import { z } from 'zod';

const texts = z.record(z.string(), z.string()).nullish();
const amounts = z.record(z.string(), z.union([z.string(), z.number()])).nullish();

const container = z.looseObject({
  name: z.string(),
  resources: z.looseObject({ requests: amounts, limits: amounts }).nullish(),
  volumeMounts: z.array(z.looseObject({ mountPath: z.string() })).nullish(),
});

/** What injection reads of a pod, or of a workload's pod template. All else is carried along unread. */
export const podTemplate = z.looseObject({
  metadata: z
    .looseObject({
      annotations: texts,
      labels: texts,
      ownerReferences: z.array(z.looseObject({ kind: z.string() })).nullish(),
    })
    .nullish(),
  spec: z.looseObject({
    containers: z.array(container),
    initContainers: z.array(container).nullish(),
    volumes: z.array(z.looseObject({ name: z.string() })).nullish(),
    hostNetwork: z.boolean().nullish(),
    restartPolicy: z.string().nullish(),
    os: z.looseObject({ name: z.string() }).nullish(),
    nodeSelector: texts,
    resources: z.looseObject({ requests: amounts, limits: amounts }).nullish(),
    securityContext: z.looseObject({ runAsUser: z.number().nullish() }).nullish(),
  }),
});

export type PodTemplate = z.infer<typeof podTemplate>;
export type Container = z.infer<typeof container>;

/** A pod that is about to be, and where. */
export interface Candidate {
  readonly pod: PodTemplate;
  readonly namespace: {
    /** undefined: a file does not say. */
    readonly name: string | undefined;
    /** The value of the namespace's label `foresail.dev/inject`. */
    readonly inject: string | undefined;
  };
}

export function allContainers({ spec }: PodTemplate): readonly Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}
