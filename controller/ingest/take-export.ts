import type { Clock } from '../clock.ts';
import type { Report } from '../series/report.ts';
import { type Workload, workloadKey } from '../workload.ts';
import { type Admission, admit } from './admit.ts';
import { contradicts } from './claims.ts';
import type { Complaints } from './complaints.ts';
import type { Format } from './content.ts';
import type { Visitor } from './door.ts';
import { inflate } from './inflate.ts';
import { decodeJson } from './json/decode.ts';
import type { Limits } from './limits.ts';
import { decodeProtobuf } from './protobuf/decode.ts';
import type { RawExport } from './raw-export.ts';
import type { Counters } from './receiver-stats.ts';
import type { OwnMetrics } from './sink.ts';

export interface TakeParts {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly counters: Counters;
  readonly complaints: Complaints;
  readonly onReport: (report: Report) => void;
  /** Gauges beside the vocabulary that a workload is scaled by; none when absent. */
  readonly ownMetrics?: ((workload: Workload) => OwnMetrics) | undefined;
}

const decoders: Readonly<Record<Format, (body: Buffer, limits: Limits, own?: OwnMetrics) => RawExport>> = {
  protobuf: decodeProtobuf,
  json: decodeJson,
};

/** A body of a known sender becomes a report. Throws Malformed or TooLarge, and what onReport throws. */
export async function takeExport(body: Buffer, visitor: Visitor, parts: TakeParts): Promise<Admission> {
  const { limits, counters, clock } = parts;
  counters.bodyBytes += body.length;
  const plain = visitor.encoding === 'gzip' ? await inflate(body, limits.maxDecodedBytes) : body;
  counters.decodedBytes += plain.length;
  const raw = decoders[visitor.format](plain, limits, parts.ownMetrics?.(visitor.identity.workload));
  const receivedAtMs = clock.wallMs();
  const admission = admit(raw, receivedAtMs);
  count(raw, admission, visitor, parts);
  const { points, rejectedPoints } = admission;
  if (points.length === 0 && rejectedPoints === 0) return admission;
  const { workload, podUid, podName } = visitor.identity;
  const rejected = rejectedPoints > 0 ? { rejectedPoints } : {};
  parts.onReport({ workload, podUid, podName, receivedAtMs, points, ...rejected });
  return admission;
}

function count(raw: RawExport, admission: Admission, { identity }: Visitor, parts: TakeParts): void {
  const { counters, complaints } = parts;
  const fields = { workload: workloadKey(identity.workload), pod: identity.podName };
  counters.ignoredMetrics += raw.ignoredMetrics;
  counters.acceptedPoints += admission.points.length;
  for (const [reason, number] of admission.rejected) counters.rejectedPoints[reason] += number;
  if (admission.rejectedPoints > 0) {
    const { rejectedPoints, message } = admission;
    complaints.warn(
      `points ${fields.workload}`,
      { ...fields, rejectedPoints },
      `points rejected: ${message}`,
    );
  }
  const contradictions = raw.claims.filter((claims) => contradicts(claims, identity)).length;
  if (contradictions > 0) {
    counters.mismatchedClaims += contradictions;
    const message = 'resource attributes name another workload than the token; the token counts';
    complaints.warn(`claims ${fields.workload}`, fields, message);
  }
}
