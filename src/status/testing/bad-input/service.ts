import { object, type BadInput } from './bad-input.js';
import { httpRoute } from './http-route.js';

/** A Service and a route to port 80 of it. @param spec YAML flow mapping */
const service =
  (spec: string) =>
  (name: string, host: string): string =>
    object('v1', 'Service', name, `spec: ${spec}`) +
    httpRoute(`  - { backendRefs: [{ name: ${name}, port: 80 }] }`)(name, host);

const refused = (reason: string): BadInput['expected'] => ({
  says: [`HTTPRoute ResolvedRefs False ${reason}`],
  meets: '500',
});

export const SERVICES: readonly BadInput[] = [
  {
    is: 'without endpoints',
    yaml: service('{ ports: [{ port: 80 }] }'),
    expected: { says: ['HTTPRoute ResolvedRefs True ResolvedRefs'] },
  },
  {
    is: 'with other ports',
    yaml: service('{ ports: [{ port: 81 }] }'),
    expected: refused('BackendNotFound'),
  },
  {
    is: 'with a port of UDP',
    yaml: service('{ ports: [{ port: 80, protocol: UDP }] }'),
    expected: refused('UnsupportedProtocol'),
  },
  {
    is: 'that speaks an unknown protocol',
    yaml: service('{ ports: [{ port: 80, appProtocol: x.test/odd }] }'),
    expected: refused('UnsupportedProtocol'),
  },
  {
    is: 'that asks for TLS and has no policy',
    yaml: service('{ ports: [{ port: 80, appProtocol: https }] }'),
    expected: refused('UnsupportedProtocol'),
  },
  {
    is: 'that is another name for nothing',
    yaml: service('{ type: ExternalName }'),
    expected: { refused: 'spec.externalName' },
  },
  {
    is: 'with two ports of one name',
    yaml: service('{ ports: [{ name: a, port: 80 }, { name: a, port: 81 }] }'),
    expected: { refused: 'spec.ports[1].name' },
  },
  {
    is: 'with a port beyond all',
    yaml: service('{ ports: [{ port: 65536 }] }'),
    expected: { refused: 'spec.ports[0].port' },
  },
];
