/** Annotation or label of a pod, label of a namespace: `enabled` or `disabled`. */
export const INJECT = 'foresail.dev/inject';
/** Annotation of a pod: the name of an operator's profile. */
export const PROFILE = 'foresail.dev/inject-profile';
/** The container. */
export const SIDECAR = 'foresail';
export const TOKEN_VOLUME = 'foresail-token';
export const STATE_VOLUME = 'foresail-state';
export const TOKEN_PATH = '/var/run/secrets/foresail.dev';
export const STATE_PATH = '/var/run/foresail';
