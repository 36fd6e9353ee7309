// The rooms of src/ in their one order: each may import only what stands before it (docs/architecture.md).
const rooms = [
  ['errors', 'config', 'telemetry', 'collections', 'certificates'],
  ['proto'],
  ['resources'],
  ['kubernetes'],
  ['sources'],
  ['store'],
  ['routing'],
  ['envoy'],
  ['status', 'infra', 'mesh', 'access'],
  ['debug'],
  ['cli'],
];
// `xds` stands apart: it owns the hand-over type that `envoy` fills, and knows no Gateway API.
const beforeXds = ['errors', 'config', 'telemetry', 'collections', 'proto'];
const mayImportXds = ['envoy', 'status', 'infra', 'mesh', 'access', 'debug', 'cli'];
const tests = '\\.test\\.ts$|/testing/';

const ordered = rooms.flatMap((level, i) =>
  level.map((room) => ({
    name: `${room}-imports-only-earlier-rooms`,
    severity: 'error',
    from: { path: `^src/${room}/`, pathNot: tests },
    to: {
      path: '^src/',
      pathNot: [
        ...rooms.slice(0, i).flat(),
        room,
        // errors < config < telemetry in the first level
        ...(room === 'config' ? ['errors'] : room === 'telemetry' ? ['errors', 'config'] : []),
        ...(mayImportXds.includes(room) ? ['xds'] : []),
      ].map((r) => `^src/${r}/`),
    },
  })),
);

module.exports = {
  forbidden: [
    ...ordered,
    {
      name: 'xds-imports-only-the-first-rooms',
      severity: 'error',
      from: { path: '^src/xds/', pathNot: tests },
      to: { path: '^src/', pathNot: ['xds', ...beforeXds].map((r) => `^src/${r}/`) },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'source-never-imports-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { path: tests },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'src/(proto|resources)/gen/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
