import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { predictiveScalerCrd, type SchemaNode, specSchema, statusSchema } from '../../controller/api/crd.ts';
import { generatedFiles } from '../../controller/api/generated-files.ts';
import { approvalSpecSchema, scaleApprovalCrd } from '../../controller/api/scale-approval-crd.ts';

const root = join(import.meta.dirname, '..', '..');

for (const [path, text] of generatedFiles()) {
  test(`${path} is what the schemas say (else: npm run generate)`, (t) => {
    t.is(readFileSync(join(root, path), 'utf8'), text);
  });
}

for (const [plural, crd] of [
  ['predictivescalers', predictiveScalerCrd()],
  ['scaleapprovals', scaleApprovalCrd()],
] as const) {
  test(`the CRD of ${plural} in YAML reads back as the same data, and is in the kustomization`, (t) => {
    const file = `foresail.dev_${plural}.yaml`;
    t.deepEqual(parse(generatedFiles().get(`deploy/crds/${file}`) ?? ''), JSON.parse(JSON.stringify(crd)));
    const kustomization = parse(readFileSync(join(root, 'deploy/crds/kustomization.yaml'), 'utf8'));
    t.true(kustomization.resources.includes(file));
  });
}

test('an approval cannot be changed, and holds for an hour at most', (t) => {
  const schema = approvalSpecSchema();
  t.like(schema['x-kubernetes-validations']?.[0], { rule: 'self == oldSelf' });
  t.like(schema.properties?.expiresSeconds, { minimum: 1, maximum: 3600, default: 900 });
});

test('the schemas are structural: a type everywhere, nothing the API server refuses', (t) => {
  const visit = (path: string, node: SchemaNode): void => {
    t.truthy(node.type, `${path} has a type`);
    t.is(node.additionalProperties, undefined, path);
    t.is(node.$schema, undefined, path);
    t.not(node.maximum, Number.MAX_SAFE_INTEGER, path);
    for (const [name, child] of Object.entries(node.properties ?? {})) visit(`${path}.${name}`, child);
    if (node.items) visit(`${path}[]`, node.items);
  };
  visit('spec', specSchema());
  visit('status', statusSchema());
  visit('approval', approvalSpecSchema());
});

test('print columns are the eight an operator reads, in order', (t) => {
  const crd = predictiveScalerCrd() as {
    spec: { versions: { additionalPrinterColumns: { name: string }[] }[] };
  };
  const names = crd.spec.versions[0]?.additionalPrinterColumns.map((column) => column.name.toUpperCase());
  t.deepEqual(names, ['TARGET', 'MODE', 'CURRENT', 'DESIRED', 'FORECAST', 'MODEL', 'READY', 'AGE']);
});

test('no bound is left to the schema that is not whole: the API server would cut it', (t) => {
  const visit = (path: string, node: SchemaNode): void => {
    for (const bound of [node.minimum, node.maximum])
      t.true(bound === undefined || Number.isInteger(bound), path);
    for (const [name, child] of Object.entries(node.properties ?? {})) visit(`${path}.${name}`, child);
  };
  visit('spec', specSchema());
  t.deepEqual(specSchema().properties?.objective?.properties?.percentile?.['x-kubernetes-validations'], [
    { rule: 'self <= 99.9', message: 'must be <= 99.9' },
  ]);
});

test('every field of spec says what it is for', (t) => {
  const visit = (path: string, node: SchemaNode): void => {
    if (path !== 'spec') t.truthy(node.description, path);
    for (const [name, child] of Object.entries(node.properties ?? {})) visit(`${path}.${name}`, child);
  };
  visit('spec', specSchema());
  visit('spec', approvalSpecSchema());
});

test('conditions are a list that is a map by type, so that two writers can own one each', (t) => {
  const conditions = statusSchema().properties?.conditions;
  t.is(conditions?.['x-kubernetes-list-type'], 'map');
  t.deepEqual(conditions?.['x-kubernetes-list-map-keys'], ['type']);
});
