import { z } from 'zod';
import { BadInput } from '../cli/bad-input.ts';

export interface Sample {
  readonly unixSeconds: number;
  /** NaN for a stale marker, NaN or an infinity. */
  readonly value: number;
}

export interface SeriesAnswer {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly Sample[];
}

const answer = z.union([
  z.object({
    status: z.literal('success'),
    data: z.object({
      resultType: z.string(),
      result: z.array(
        z.object({
          metric: z.record(z.string(), z.string()),
          values: z.array(z.tuple([z.number(), z.string()])).optional(),
        }),
      ),
    }),
    warnings: z.array(z.string()).optional(),
  }),
  z.object({ status: z.literal('error'), errorType: z.string().optional(), error: z.string() }),
]);

/** What a server answered to query_range; throws BadInput with its own words when it is not a matrix. */
export function matrixOf(
  { url, status, text }: { readonly url: string; readonly status: number; readonly text: string },
  warn: (message: string) => void,
): readonly SeriesAnswer[] {
  const parsed = answer.safeParse(jsonOf(text));
  if (!parsed.success || (parsed.data.status === 'success' && status >= 400)) {
    throw new BadInput(
      `${url} is not a Prometheus-compatible server, or ${advice(status)}: ${excerpt(text)}`,
    );
  }
  if (parsed.data.status === 'error') {
    const { errorType = 'error', error } = parsed.data;
    throw new BadInput(`${url} refused the query with status ${status}, ${errorType}: ${error}`);
  }
  const { data, warnings = [] } = parsed.data;
  for (const warning of warnings) warn(`${url} warns: ${warning}`);
  if (data.resultType !== 'matrix') {
    throw new BadInput(`${url} answered a ${data.resultType}; --query must give a series of numbers`);
  }
  return data.result.map(({ metric, values = [] }) => ({
    labels: metric,
    samples: values.map(([unixSeconds, value]) => ({ unixSeconds, value: numberOf(value) })),
  }));
}

/** Prometheus writes NaN, +Inf and -Inf as words; none of them is a rate. */
function numberOf(text: string): number {
  const value = Number(text);
  return Number.isFinite(value) ? value : Number.NaN;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function advice(status: number): string {
  if (status === 401 || status === 403)
    return `--bearer-token-file must give a token it takes (status ${status})`;
  if (status === 404) return 'its path in --prometheus must be the one before /api/v1 (status 404)';
  return `something stands before it (status ${status})`;
}

function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}...` : line || 'an empty answer';
}
