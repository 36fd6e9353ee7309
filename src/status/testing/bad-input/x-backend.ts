import { external, selector, xBackend, xRef } from '../../../routing/testing/x-backend.js';
import type { BadInput } from './bad-input.js';
import { httpRoute } from './http-route.js';

const route = (name: string, host: string): string =>
  httpRoute(`  - { backendRefs: [${xRef(name)}] }`)(name, host);

/** An XBackend, and a route to it. @param write whole, by its name */
const backend =
  (write: (name: string) => string): BadInput['yaml'] =>
  (name, host) =>
    write(name) + route(name, host);

const selected = (more: string): BadInput['yaml'] => backend((name) => selector(name, name, more));
const outside = (hostname: string, more = ''): BadInput['yaml'] =>
  backend((name) => external(name, hostname, more));
const tls = (fields: string): string => `, tls: { ${fields} }`;
const trusting = (refs: string): string => `validation: { hostname: a.test, caCertificateRefs: [${refs}] }`;
const MISSING = '{ group: "", kind: ConfigMap, name: none }';

/** What is wrong with it is told there; routes to it answer an error, and their references resolve. */
const refused = (reason: string, ...more: readonly string[]): BadInput['expected'] => ({
  says: [`XBackend Accepted False ${reason}`, 'HTTPRoute ResolvedRefs True ResolvedRefs', ...more],
  meets: '500',
});

export const X_BACKENDS: readonly BadInput[] = [
  {
    is: 'that is missing',
    yaml: (name, host) => route(name, host),
    expected: { says: ['HTTPRoute ResolvedRefs False BackendNotFound'], meets: '500' },
  },
  {
    is: 'of another namespace, which no grant helps',
    yaml: (name, host) =>
      selector(name, name, '', 'far') +
      route(name, host).replace('kind: XBackend,', 'kind: XBackend, namespace: far,'),
    expected: { says: ['HTTPRoute ResolvedRefs False RefNotPermitted'], meets: '500' },
  },
  {
    is: 'that selects no Pod',
    yaml: selected(''),
    expected: { says: ['XBackend Accepted True Accepted', 'HTTPRoute ResolvedRefs True ResolvedRefs'] },
  },
  { is: 'whose hostname is an address', yaml: outside('10.0.0.1'), expected: refused('Invalid') },
  {
    is: 'that speaks MCP',
    yaml: selected(', protocol: MCP'),
    expected: {
      says: [
        'XBackend Accepted False UnsupportedProtocol',
        'HTTPRoute ResolvedRefs False UnsupportedProtocol',
      ],
      meets: '500',
    },
  },
  {
    is: 'whose CA is missing: nothing is sent unverified',
    yaml: selected(tls(`mode: ServerOnly, ${trusting(MISSING)}`)),
    expected: refused('NoValidCACertificate', 'XBackend ResolvedRefs False InvalidCACertificateRef'),
  },
  {
    is: 'whose CA is of an unknown kind',
    yaml: selected(tls(`mode: ServerOnly, ${trusting('{ group: x.test, kind: Odd, name: a }')}`)),
    expected: refused('NoValidCACertificate', 'XBackend ResolvedRefs False InvalidKind'),
  },
  {
    is: 'whose client certificate is missing',
    yaml: selected(
      tls(
        'mode: ClientAndServer, validation: { hostname: a.test, wellKnownCACertificates: System }, clientCertificateRef: { name: none }',
      ),
    ),
    expected: {
      says: ['XBackend ResolvedRefs False InvalidClientCertificateRef'],
      meets: '500',
    },
  },
  {
    is: 'that asks for sessions that cannot be had',
    yaml: selected(', sessionPersistence: { type: Header, header: { name: Host } }'),
    expected: refused('UnsupportedValue'),
  },
  {
    is: 'that is both inside and outside',
    yaml: selected(', externalHostname: { hostname: a.test }'),
    expected: { refused: 'externalHostname' },
  },
  {
    is: 'of an unknown type',
    yaml: backend((name) => xBackend(name, 'type: Odd, port: { number: 80 }')),
    expected: { refused: 'spec.type' },
  },
  {
    is: 'outside without a hostname',
    yaml: backend((name) => xBackend(name, 'type: ExternalHostname, port: { number: 80 }')),
    expected: { refused: 'externalHostname' },
  },
  {
    is: 'outside whose hostname is one of the cluster',
    yaml: outside('a.b.svc.cluster.local'),
    expected: { refused: 'externalHostname' },
  },
  {
    is: 'whose hostname is none',
    yaml: outside('"a..b"'),
    expected: { refused: 'spec.externalHostname.hostname' },
  },
  {
    is: 'with a port beyond all',
    yaml: backend((name) =>
      xBackend(
        name,
        'type: ExternalHostname, port: { number: 65536 }, externalHostname: { hostname: a.test }',
      ),
    ),
    expected: { refused: 'spec.port.number' },
  },
  {
    is: 'with TLS that verifies nothing',
    yaml: selected(tls('mode: ServerOnly')),
    expected: { refused: 'spec.tls' },
  },
  {
    is: 'that speaks an unknown protocol',
    yaml: selected(', protocol: Odd'),
    expected: { refused: 'spec.protocol' },
  },
];
