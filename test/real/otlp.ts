import { signals } from '../../sidecar/signals.ts';

/** One export in OTLP's JSON that says of itself to be of a Deployment. */
export function otlpExport(claim: { deployment: string; namespace: string; requests: number }): string {
  const nowNanos = `${Date.now()}000000`;
  const text = (key: string, value: string) => ({ key, value: { stringValue: value } });
  const point = {
    attributes: [text('outcome', 'ok')],
    startTimeUnixNano: `${Date.now() - 10_000}000000`,
    timeUnixNano: nowNanos,
    asInt: String(claim.requests),
  };
  const sum = { aggregationTemporality: 2, isMonotonic: true, dataPoints: [point] };
  return JSON.stringify({
    resourceMetrics: [
      {
        resource: {
          attributes: [
            text('k8s.deployment.name', claim.deployment),
            text('k8s.namespace.name', claim.namespace),
          ],
        },
        scopeMetrics: [{ metrics: [{ name: signals.requests, unit: '{request}', sum }] }],
      },
    ],
  });
}

/** Posts it as a sidecar would; the answer's status. */
export async function post(endpoint: string, body: string, token?: string): Promise<number> {
  const response = await fetch(`${endpoint}/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body,
  });
  await response.arrayBuffer();
  return response.status;
}
