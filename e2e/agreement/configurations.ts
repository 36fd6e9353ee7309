import fc from 'fast-check';
import { tlsListeners, tlsRoutes } from './connections.js';
import { listenerFilters } from './filters.js';
import { hostnames, PASSED, PLAIN, SECURE, SIDE } from './pools.js';
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

const valid = { validation: { caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: 'clients' }] } };
const fallback = { validation: { ...valid.validation, mode: 'AllowInsecureFallback' } };

/** How clients are verified. */
const frontend = fc.constantFrom<object | undefined>(
  undefined,
  undefined,
  undefined,
  { default: valid },
  { default: fallback },
  { default: valid, perPort: [{ port: SECURE, tls: {} }] },
  { default: valid, perPort: [{ port: SECURE, tls: fallback }] },
  { default: {}, perPort: [{ port: PASSED, tls: valid }] },
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
  /** Of the listeners by index, those of HTTPS from the end. */
  listenerFilters: fc.array(listenerFilters, { minLength: 3, maxLength: 3 }),
  frontend,
  tls: tlsListeners,
  tlsRoutes,
  /** The ConfigMap that the backend `safe` is verified by. */
  ca: fc.constantFrom('ca', 'ca', 'ca', 'missing'),
  routes: fc.array(route, { minLength: 2, maxLength: 5 }),
});

export type Configuration = typeof configuration extends fc.Arbitrary<infer T> ? T : never;
