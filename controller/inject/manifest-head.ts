/** How every object of Foresail's that is generated begins. */
export function head(kind: string, name: string, apiVersion = 'admissionregistration.k8s.io/v1') {
  return { apiVersion, kind, metadata: { name, labels: { 'app.kubernetes.io/name': 'foresail' } } };
}
