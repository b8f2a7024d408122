import { definition, objectSchema, type SchemaNode, schemaOf } from './crd.ts';
import { IMMUTABLE, scaleApprovalSpec } from './scale-approval.ts';

/** The CustomResourceDefinition as plain data. It has no status: what came of it is in the scaler's. */
export function scaleApprovalCrd(): object {
  const names = {
    kind: 'ScaleApproval',
    listKind: 'ScaleApprovalList',
    plural: 'scaleapprovals',
    singular: 'scaleapproval',
    categories: ['foresail'],
  };
  const description =
    'Lets one plan of a PredictiveScaler through that Foresail held because it is unlike its history.';
  return definition(names, {
    printColumns,
    schema: objectSchema(description, { spec: approvalSpecSchema() }),
  });
}

const printColumns = [
  { name: 'Scaler', type: 'string', jsonPath: '.spec.scaler' },
  { name: 'Plan', type: 'string', jsonPath: '.spec.planHash' },
  { name: 'ApprovedBy', type: 'string', jsonPath: '.spec.approvedBy' },
  { name: 'Seconds', type: 'integer', jsonPath: '.spec.expiresSeconds' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
];

export function approvalSpecSchema(): SchemaNode {
  return { ...schemaOf(scaleApprovalSpec), 'x-kubernetes-validations': [IMMUTABLE] };
}
