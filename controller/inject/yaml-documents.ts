import { stringify } from 'yaml';

/** Manifests as one file. No line is broken: what an expression means stays on its line. */
export function yamlDocuments(manifests: readonly object[]): string {
  const options = { lineWidth: 0, aliasDuplicateObjects: false };
  return manifests.map((manifest) => stringify(manifest, options)).join('---\n');
}
