import { z } from 'zod';
import { levels } from '../../sidecar/log.ts';
import { DNS_LABEL } from '../workload.ts';
import { quantityOf } from './quantity.ts';

const quantity = z
  .string()
  .refine((text) => quantityOf(text) > 0, 'must be a quantity above zero, as 100m or 128Mi');
const amounts = z.strictObject({ cpu: quantity, memory: quantity });

const resources = z
  .strictObject({ requests: amounts, limits: amounts })
  .refine(
    ({ requests, limits }) =>
      quantityOf(requests.cpu) <= quantityOf(limits.cpu) &&
      quantityOf(requests.memory) <= quantityOf(limits.memory),
    'requests must be <= limits',
  );

const profile = z.strictObject({
  image: z.string().min(1),
  imagePullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']).optional(),
  /** Where the sidecar exports to. */
  endpoints: z
    .array(
      z.string().regex(/^(dns\+http|https?):\/\/[^\s/]+/, 'must begin with dns+http://, http:// or https://'),
    )
    .min(1)
    .default(['dns+http://foresail-telemetry.foresail:4318']),
  intervalSeconds: z.int().min(1).max(60).optional(),
  logLevel: z.enum(levels).optional(),
  /** true: a pod in which no proxy of a mesh is found gets no sidecar. */
  requireProxy: z.boolean().default(false),
  /** limits.cpu is used only where all containers of the pod have one; see `resourcesFor`. */
  resources: resources.default({
    requests: { cpu: '5m', memory: '64Mi' },
    limits: { cpu: '100m', memory: '128Mi' },
  }),
});

/**
 * What operators decide: a pod's owner switches injection on or off and picks a profile by its name, and can set
 * nothing else, so that no annotation brings an image, an argument or an endpoint of its own.
 */
export const injectionConfig = z
  .strictObject({
    defaultProfile: z.string().default('default'),
    /** Nothing is injected here, whatever is asked for: a cluster must come up without Foresail. */
    excludedNamespaces: z
      .array(z.string().regex(DNS_LABEL))
      .default(['foresail', 'kube-node-lease', 'kube-public', 'kube-system']),
    profiles: z
      .record(
        z.string().regex(DNS_LABEL, 'the name of a profile must be small letters, digits and "-"'),
        profile,
      )
      .default({ default: profile.parse({ image: 'foresail:0.1.0' }) }),
  })
  .refine(
    ({ defaultProfile, profiles }) => Object.hasOwn(profiles, defaultProfile),
    'defaultProfile must be the name of one of profiles',
  );

export type InjectionConfig = z.infer<typeof injectionConfig>;
export type Profile = z.infer<typeof profile>;
