import { GATEWAY_API, object, repeat, type BadInput } from './bad-input.js';

const TO_GOOD = 'backendRefs: [{ name: good, port: 80 }]';

const grpcRoute =
  (rules: string) =>
  (name: string, host: string): string =>
    object(
      GATEWAY_API,
      'GRPCRoute',
      name,
      `spec:\n  parentRefs: [{ name: gw }]\n  hostnames: [${host}]\n  rules:\n${rules}`,
    );
const rule = (text: string): BadInput['yaml'] => grpcRoute(`  - { ${text} }`);

export const GRPC_ROUTES: readonly BadInput[] = [
  {
    is: 'to a Service that is missing',
    yaml: rule('backendRefs: [{ name: none, port: 80 }]'),
    expected: {
      says: ['GRPCRoute Accepted True Accepted', 'GRPCRoute ResolvedRefs False BackendNotFound'],
    },
  },
  {
    is: 'to a namespace that does not grant it',
    yaml: rule('backendRefs: [{ name: none, namespace: far, port: 80 }]'),
    expected: { says: ['GRPCRoute ResolvedRefs False RefNotPermitted'] },
  },
  {
    is: 'with an expression that RE2 does not know',
    yaml: rule(`matches: [{ method: { type: RegularExpression, service: "x(?=y)" } }], ${TO_GOOD}`),
    expected: { says: ['GRPCRoute Accepted False UnsupportedValue'] },
  },
  {
    is: 'with a filter of somebody else',
    yaml: rule(
      `filters: [{ type: ExtensionRef, extensionRef: { group: x.test, kind: Odd, name: a } }], ${TO_GOOD}`,
    ),
    expected: { says: ['GRPCRoute Accepted False UnsupportedValue'] },
  },
  {
    is: 'for a method without a name',
    yaml: rule(`matches: [{ method: {} }], ${TO_GOOD}`),
    expected: { refused: 'spec.rules[0].matches[0].method' },
  },
  {
    is: 'for a service whose name is none',
    yaml: rule(`matches: [{ method: { service: "a b" } }], ${TO_GOOD}`),
    expected: { refused: 'spec.rules[0].matches[0].method' },
  },
  {
    is: 'with 16 rules of 8 matches, as long as there may be',
    yaml: grpcRoute(
      repeat(16, (i) => {
        const matches = Array.from(
          { length: 8 },
          (_, j) => `{ method: { service: s${i}${'s'.repeat(1000)}, method: m${j}${'m'.repeat(1000)} } }`,
        );
        return `  - { matches: [${matches.join(', ')}], ${TO_GOOD} }`;
      }),
    ),
    expected: { says: ['GRPCRoute Accepted True Accepted', 'GRPCRoute ResolvedRefs True ResolvedRefs'] },
  },
  {
    is: 'with sessions by a header that has a meaning of its own',
    yaml: rule(`sessionPersistence: { type: Header, header: { name: Host } }, ${TO_GOOD}`),
    expected: { says: ['GRPCRoute Accepted False UnsupportedValue'] },
  },
  {
    is: 'with 17 rules',
    yaml: grpcRoute(repeat(17, () => `  - { ${TO_GOOD} }`)),
    expected: { refused: 'spec.rules' },
  },
];
