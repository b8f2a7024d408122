/** The arrows of ARCHITECTURE.md, held by `npm run check`. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

export default {
  forbidden: [
    forbid(
      'no-cycles',
      'a cycle has no first file to read',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    forbid(
      'assembly-alone',
      'the core imports nothing',
      { path: '^assembly/', pathNot: '^assembly/(build|shorten).mjs$' },
      { pathNot: '^assembly/' },
    ),
    forbid(
      'meshes-are-data',
      'istio/ and linkerd/ hold data and pure functions: they import types only',
      { path: '^(istio|linkerd)/' },
      { pathNot: '^(istio|linkerd)/', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'meshes-are-apart',
      'one mesh knows nothing of another',
      { path: '^istio/' },
      { path: '^linkerd/' },
    ),
    forbid(
      'meshes-are-apart-too',
      'one mesh knows nothing of another',
      { path: '^linkerd/' },
      { path: '^istio/' },
    ),
    forbid(
      'sidecar-is-light',
      'the sidecar never imports the controller or a Kubernetes client',
      { path: '^sidecar/' },
      { path: '^(controller/|node_modules/@kubernetes/|node_modules/@opentelemetry/sdk-node)' },
    ),
    forbid(
      'decisions-are-pure',
      'policy/, series/, forecast/ and backtest/ import no adapter',
      { path: '^controller/(policy|series|forecast|backtest)/' },
      { path: '^controller/(kube|keda|store|stream|observe|ingest|cli|ui|actuate)/' },
    ),
    forbid(
      'injection-is-pure',
      'inject/ makes patches and manifests, and reads and sends nothing',
      { path: '^controller/inject/' },
      {
        path: '^controller/(kube|store|stream|observe|ingest|cli|ui|actuate|webhook)/',
        pathNot: '^controller/cli/bad-input.ts$',
      },
    ),
    forbid(
      'policy-has-no-io',
      'policy/ touches no I/O',
      { path: '^controller/policy/' },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'only-main-wires',
      'adapters are wired by main, the commands and the replay, and know nothing of one another',
      { path: '^controller/(kube|keda|store|stream|observe|ingest|webhook)/' },
      { path: '^controller/(kube|keda|store|stream|observe|ingest|webhook)/', pathNot: '^controller/$1/' },
    ),
    forbid(
      'no-tests-in-the-product',
      'the product never imports tests',
      { path: '^(bin|controller|sidecar|istio|linkerd|bench/replay)/' },
      { path: '^test/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'assembly/pkg|sidecar/pkg' },
    // TypeScript 7 has no API for it to read types with.
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
