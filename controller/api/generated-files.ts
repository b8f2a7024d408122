import { stringify } from 'yaml';
import { injectionConfig } from '../inject/injection-config.ts';
import { policyManifests, reportManifests } from '../inject/policy.ts';
import { joinProxies } from '../inject/proxy-injection.ts';
import { yamlDocuments } from '../inject/yaml-documents.ts';
import { meshes } from '../meshes.ts';
import { predictiveScalerCrd, specSchema, statusSchema } from './crd.ts';
import { referencePage } from './reference.ts';
import { approvalSpecSchema, scaleApprovalCrd } from './scale-approval-crd.ts';

/** Everything that is written from the schemas: path from the repository's root, and text. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['deploy/crds/foresail.dev_predictivescalers.yaml', crdFile(predictiveScalerCrd())],
    ['deploy/crds/foresail.dev_scaleapprovals.yaml', crdFile(scaleApprovalCrd())],
    ['deploy/injection/policy.yaml', injectionPolicy()],
    ['docs/reference/predictive-scaler.md', referencePage('PredictiveScaler', specSchema(), statusSchema())],
    ['docs/reference/scale-approval.md', referencePage('ScaleApproval', approvalSpecSchema())],
  ]);
}

function injectionPolicy(): string {
  const terms = {
    config: injectionConfig.parse({}),
    proxies: joinProxies(meshes.map(({ injection }) => injection)),
  };
  const manifests = [...policyManifests(terms), ...reportManifests(terms)];
  return `# Written by \`npm run generate\`, for the default profile; do not edit. Your own: \`foresail inject --policy --config FILE\`.
# Kubernetes 1.36 or later.
${yamlDocuments(manifests)}`;
}

const crdFile = (crd: object) =>
  `# Written by \`npm run generate\` from controller/api; do not edit.\n${yaml(crd)}`;

const yaml = (object: object) => stringify(object, { lineWidth: 110, aliasDuplicateObjects: false });
