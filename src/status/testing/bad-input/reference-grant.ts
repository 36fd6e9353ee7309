import { object, type BadInput } from './bad-input.js';
import { httpRoute } from './http-route.js';

const grant =
  (from: string, to: string) =>
  (name: string): string =>
    object(
      'gateway.networking.k8s.io/v1beta1',
      'ReferenceGrant',
      name,
      `spec: { from: [${from}], to: [${to}] }`,
    );
const HTTP_ROUTES = '{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: default }';

/** A grant in a namespace of its own, beside a route to a Service there. */
const beside =
  (from: string, to: string) =>
  (name: string, host: string): string => {
    const own = grant(from, to)(name).replace('namespace: default }\nspec', `namespace: ${name} }\nspec`);
    return own + httpRoute(`  - { backendRefs: [{ name: a, namespace: ${name}, port: 80 }] }`)(name, host);
  };

const NOT_PERMITTED = { says: ['HTTPRoute ResolvedRefs False RefNotPermitted'], meets: '500' };

export const REFERENCE_GRANTS: readonly BadInput[] = [
  {
    is: 'from another namespace',
    yaml: beside(HTTP_ROUTES.replace('namespace: default', 'namespace: far'), '{ group: "", kind: Service }'),
    expected: NOT_PERMITTED,
  },
  {
    is: 'from another kind',
    yaml: beside(HTTP_ROUTES.replace('HTTPRoute', 'TCPRoute'), '{ group: "", kind: Service }'),
    expected: NOT_PERMITTED,
  },
  {
    is: 'to another kind',
    yaml: beside(HTTP_ROUTES, '{ group: "", kind: Secret }'),
    expected: NOT_PERMITTED,
  },
  {
    is: 'to another name',
    yaml: beside(HTTP_ROUTES, '{ group: "", kind: Service, name: b }'),
    expected: NOT_PERMITTED,
  },
  {
    is: 'to a Service that does not exist',
    yaml: beside(HTTP_ROUTES, '{ group: "", kind: Service }'),
    expected: { says: ['HTTPRoute ResolvedRefs False BackendNotFound'], meets: '500' },
  },
  { is: 'from nobody', yaml: grant('', '{ group: "", kind: Service }'), expected: { refused: 'spec.from' } },
  { is: 'to nothing', yaml: grant(HTTP_ROUTES, ''), expected: { refused: 'spec.to' } },
  {
    is: 'from a namespace whose name is none',
    yaml: grant(HTTP_ROUTES.replace('default', '"A B"'), '{ group: "", kind: Service }'),
    expected: { refused: 'spec.from[0].namespace' },
  },
];
