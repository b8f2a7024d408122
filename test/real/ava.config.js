// The tests on real parts: one file after the other, as each starts a control plane (about 1 GiB) of its own.
const config = {
  extensions: ['ts'],
  files: ['test/real/**/*.test.ts'],
  concurrency: 1,
  // Time without any result; single tests have their own limits.
  timeout: '10m',
  workerThreads: false,
};

// biome-ignore lint/style/noDefaultExport: AVA reads the default export of its configuration.
export default config;
