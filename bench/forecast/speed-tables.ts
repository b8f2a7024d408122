import { table } from './markdown.ts';
import type { Cost } from './speed.ts';

export function costTable(costs: readonly Cost[]): string {
  return table(
    ['candidate', 'season', 'week', 'series', 'us per update', 'and figures read', 'bytes per series'],
    costs.map((cost) => [
      cost.model,
      String(cost.seasonSteps),
      String(cost.weekSteps),
      cost.series.toLocaleString('en'),
      cost.updateMicroseconds.toFixed(2),
      cost.readMicroseconds.toFixed(2),
      cost.bytes.toLocaleString('en'),
    ]),
  );
}

export function monthTable(seconds: ReadonlyMap<string, number>): string {
  return table(
    ['candidate', 'seconds for 28 days of 1-minute steps, every step an origin'],
    [...seconds].map(([model, taken]) => [model, taken.toFixed(3)]),
  );
}
