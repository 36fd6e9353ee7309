import { imported, importRef, serviceImport } from '../../../routing/testing/service-import.js';
import type { BadInput } from './bad-input.js';
import { httpRoute } from './http-route.js';

const route = (name: string, host: string): string =>
  httpRoute(`  - { backendRefs: [${importRef(name)}] }`)(name, host);

/** A ServiceImport and a route to port 80 of it. @param write whole, by its name */
const imports =
  (write: (name: string) => string): BadInput['yaml'] =>
  (name, host) =>
    write(name) + route(name, host);

const refused = (reason: string): BadInput['expected'] => ({
  says: [`HTTPRoute ResolvedRefs False ${reason}`],
  meets: '500',
});

export const SERVICE_IMPORTS: readonly BadInput[] = [
  { is: 'that is missing', yaml: route, expected: refused('BackendNotFound') },
  {
    is: 'without endpoints in any cluster',
    yaml: imports((name) => serviceImport(name)),
    expected: { says: ['HTTPRoute ResolvedRefs True ResolvedRefs'] },
  },
  {
    is: 'of another namespace that grants nothing',
    yaml: (name, host) =>
      imported(name, { namespace: 'far' }) +
      route(name, host).replace('kind: ServiceImport,', 'kind: ServiceImport, namespace: far,'),
    expected: refused('RefNotPermitted'),
  },
  {
    is: 'with other ports',
    yaml: imports((name) => imported(name, { ports: '[{ port: 81 }]' })),
    expected: refused('BackendNotFound'),
  },
  {
    is: 'that speaks an unknown protocol',
    yaml: imports((name) => imported(name, { ports: '[{ port: 80, appProtocol: x.test/odd }]' })),
    expected: refused('UnsupportedProtocol'),
  },
  {
    is: 'of an unknown type',
    yaml: imports((name) => serviceImport(name).replace('ClusterSetIP', 'Odd')),
    expected: { refused: 'spec.type' },
  },
  {
    is: 'without ports',
    yaml: imports((name) => serviceImport(name).replace(/, ports: .*\]/, '')),
    expected: { refused: 'spec.ports' },
  },
];
