import fc from 'fast-check';
import { hostnames, PLAIN, SIDE } from './pools.js';
import { callRule, rule } from './rules.js';

/** What of the Gateway a route names; of several parentRefs each must name a listener. */
const parents = fc.constantFrom<
  readonly { readonly name?: string; readonly sectionName?: string; readonly port?: number }[]
>(
  [{}],
  [{}],
  [{ sectionName: 'http-0' }],
  [{ sectionName: 'https-0' }],
  [{ sectionName: 'http-1' }, { sectionName: 'https-0' }],
  [{ sectionName: 'https-1' }, { sectionName: 'https-0' }],
  [{ port: PLAIN }],
  [{ name: SIDE }],
  [{}, { name: SIDE }],
);

const route = fc.record({
  hostnames: fc.oneof(
    fc.constant([]),
    fc.uniqueArray(fc.constantFrom(...hostnames), { minLength: 1, maxLength: 3 }),
  ),
  created: fc.constantFrom(undefined, '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'),
  parents,
  rules: fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .array(rule, { minLength: 1, maxLength: 3 })
        .map((rules) => ({ kind: 'HTTPRoute', rules })),
    },
    {
      weight: 1,
      arbitrary: fc
        .array(callRule, { minLength: 1, maxLength: 3 })
        .map((rules) => ({ kind: 'GRPCRoute', rules })),
    },
  ),
});

const listenerHosts = fc.uniqueArray(
  fc.constantFrom('', '', '*.example.com', 'a.example.com', 'b.example.com', '*.b.example.com', '*.com'),
  { minLength: 1, maxLength: 3 },
);

export const configuration = fc.record({
  http: listenerHosts,
  https: listenerHosts,
  /** Plain listeners of the second Gateway. */
  side: listenerHosts,
  /** Of each HTTPS listener; one whose certificate is missing is not served. */
  certificates: fc.array(fc.constantFrom('tls', 'tls', 'tls', 'tls', 'missing'), {
    minLength: 3,
    maxLength: 3,
  }),
  routes: fc.array(route, { minLength: 2, maxLength: 5 }),
});

export type Configuration = typeof configuration extends fc.Arbitrary<infer T> ? T : never;
