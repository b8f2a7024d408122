import { ratio, table } from '../markdown.ts';
import type { PeerScore } from './score.ts';

/** A row per peer and candidate, on the same origins. */
export function peerTable(scores: readonly PeerScore[]): string {
  const rows = scores.flatMap(({ peer, traces, origins, candidates, ...own }) =>
    candidates.map((candidate) => [
      peer,
      `${origins} of ${traces}`,
      ratio(own.seasonalRatio),
      perSecond(own.secondsPerForecast),
      candidate.model,
      ratio(candidate.seasonalRatio),
      perSecond(candidate.secondsPerForecast),
      times(own.secondsPerForecast / candidate.secondsPerForecast),
      times(own.secondsPerForecast / candidate.secondsFromNothing),
    ]),
  );
  return table(
    [
      'peer',
      'origins of traces',
      'MAE / seasonal naive',
      'forecasts / s',
      'candidate',
      'MAE / seasonal naive',
      'forecasts / s',
      'times faster',
      'with the past taken in anew',
    ],
    rows,
  );
}

function perSecond(seconds: number): string {
  return Number((1 / seconds).toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 3 });
}

function times(factor: number): string {
  return Number(factor.toPrecision(2)).toLocaleString('en', { maximumFractionDigits: 3 });
}
