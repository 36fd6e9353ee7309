// Four projects: `unit` (beside the source, runnable at every save), `e2e` (real sockets, real Envoy), `cluster` (a real API server of Kubernetes, which is
// built from source first), and `k8s` (a whole Kubernetes of one node, in whose network it runs: make test-k8s).
const common = {
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
  testEnvironment: 'node',
};

export default {
  projects: [
    { ...common, displayName: 'unit', roots: ['<rootDir>/src'], testMatch: ['**/*.test.ts'] },
    {
      ...common,
      displayName: 'e2e',
      roots: ['<rootDir>/e2e'],
      testMatch: ['**/*.test.ts'],
      testPathIgnorePatterns: ['/e2e/kubernetes/', '/e2e/k8s/'],
    },
    {
      ...common,
      displayName: 'cluster',
      roots: ['<rootDir>/e2e/kubernetes'],
      testMatch: ['**/*.test.ts'],
    },
    { ...common, displayName: 'k8s', roots: ['<rootDir>/e2e/k8s'], testMatch: ['**/*.test.ts'] },
  ],
};
