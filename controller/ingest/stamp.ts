/**
 * OTLP stamps are nanoseconds since 1970, beyond what a double holds exactly (about 256 ns off today): in whole
 * milliseconds they are exact again. 1_700_000_000_123_456_789 ns -> 1_700_000_000_123 ms.
 */
export function nanosToMs(nanos: number): number {
  return Math.floor(nanos / 1e6);
}
