import { put, RING, RING_CAPACITY, RING_POSITION, SEASON, STEPS, u32At } from './layout';

/**
 * The one history of a series, shared by all models: as far back as the candidate looks (`reach`), in f32, gaps filled
 * with what was forecast for them.
 */
export function ringCapacity(reach: u32): u32 {
  return max<u32>(reach, 64) + 2;
}

export function ringBytes(reach: u32): usize {
  return (<usize>ringCapacity(reach) * 4 + 7) & ~7;
}

export function ringPush(series: usize, value: f64): void {
  let position = u32At(series, RING_POSITION) + 1;
  if (position >= u32At(series, RING_CAPACITY)) position = 0;
  put(series, RING_POSITION, position);
  store<f32>(series + RING + ((<usize>position) << 2), <f32>value);
}

/** The value `age` steps before the newest (age 0); `age` must be below the capacity. */
export function ringAt(series: usize, age: u32): f64 {
  const position = u32At(series, RING_POSITION);
  const index = position >= age ? position - age : position + u32At(series, RING_CAPACITY) - age;
  return <f64>load<f32>(series + RING + ((<usize>index) << 2));
}

/**
 * How old the value is that lies a whole number of periods before lead `lead`, at most at the origin.
 * Period 4, lead 6: 2 steps past the origin after one period, so two periods back: age 2.
 */
export function seasonalAge(period: u32, lead: u32): u32 {
  if (lead <= period) return period - lead;
  const rest = lead % period;
  return rest == 0 ? 0 : period - rest;
}

/**
 * The clocks went `ahead` steps forward, or back when below 0: what lies a season back is that much younger or older. For
 * the hour that comes twice it is 2 steps off. The newest values are others for a while, so this is for seasonal naive only.
 */
export function ringTurn(series: usize, ahead: i32): void {
  const season = u32At(series, SEASON);
  const capacity = u32At(series, RING_CAPACITY);
  if (capacity != season + 2) return;
  for (let i = 0; i < ahead; i++) ringPush(series, ringAt(series, season - 1));
  put(series, RING_POSITION, (u32At(series, RING_POSITION) + capacity + min(ahead, 0)) % capacity);
}

/** Whether a whole period lies in the ring. */
export function ringHolds(series: usize, period: u32): bool {
  return period > 0 && u32At(series, STEPS) >= period;
}
