import { stringify } from 'yaml';
import { predictiveScalerCrd, specSchema, statusSchema } from './crd.ts';
import { referencePage } from './reference.ts';

/** Everything that is written from the schemas: path from the repository's root, and text. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    [
      'deploy/crds/foresail.dev_predictivescalers.yaml',
      `# Written by \`npm run generate\` from controller/api; do not edit.\n${yaml(predictiveScalerCrd())}`,
    ],
    ['docs/reference/predictive-scaler.md', referencePage('PredictiveScaler', specSchema(), statusSchema())],
  ]);
}

const yaml = (object: object) => stringify(object, { lineWidth: 110, aliasDuplicateObjects: false });
