import { istio } from '../istio/mesh.ts';
import { linkerd } from '../linkerd/mesh.ts';

/** Every mesh that Foresail knows; the only file here that names one. */
export const meshes = [istio, linkerd] as const;
