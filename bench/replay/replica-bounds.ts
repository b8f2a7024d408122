/** What every scaler of a replay may ask for; wide enough not to be the reason of anything. */
export const REPLICA_BOUNDS = { minReplicas: 1, maxReplicas: 10_000 } as const;
