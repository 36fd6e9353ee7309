import { ONE } from '../../../routing/testing/key-pair.js';
import { GATEWAY_API, object, type BadInput } from './bad-input.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A Gateway with a plain listener and an HTTPS one. @param frontend YAML flow mapping @param data of a ConfigMap of its name; undefined: there is none */
const frontend =
  (fields: string, data?: string): BadInput['yaml'] =>
  (name) =>
    (data === undefined ? '' : object('v1', 'ConfigMap', name, `data: ${data}`)) +
    object(
      'v1',
      'Secret',
      name,
      `type: kubernetes.io/tls\ndata: { tls.crt: ${base64(ONE.certificate)}, tls.key: ${base64(ONE.key)} }`,
    ) +
    object(
      GATEWAY_API,
      'Gateway',
      name,
      `spec:
  gatewayClassName: windlass
  tls: { frontend: ${fields.replaceAll('OWN', name)} }
  listeners:
  - { name: http, port: 8080, protocol: HTTP }
  - { name: tls, port: 8443, protocol: HTTPS, tls: { certificateRefs: [{ name: ${name} }] } }
  - { name: other, port: 8444, protocol: HTTPS, tls: { certificateRefs: [{ name: ${name} }] } }`,
    );

const OWN_MAP = '{ group: "", kind: ConfigMap, name: OWN }';
const all = (ref: string): string => `{ default: { validation: { caCertificateRefs: [${ref}] } } }`;
const GOOD = 'Gateway listener http Accepted True Accepted';

/** Nobody is verified, so nobody is let in. */
const closed = (reason: string): BadInput['expected'] => ({
  says: [
    GOOD,
    `Gateway listener tls ResolvedRefs False ${reason}`,
    'Gateway listener tls Accepted False NoValidCACertificate',
    'Gateway listener tls Programmed False Invalid',
    'Gateway listener http Programmed True Programmed',
  ],
});

export const FRONTEND_TLS: readonly BadInput[] = [
  {
    is: 'whose CA for clients is missing',
    yaml: frontend(all(OWN_MAP)),
    expected: closed('InvalidCACertificateRef'),
  },
  {
    is: 'whose CA for clients has another key',
    yaml: frontend(all(OWN_MAP), '{ other: x }'),
    expected: closed('InvalidCACertificateRef'),
  },
  {
    is: 'whose CA for clients is no PEM',
    yaml: frontend(all(OWN_MAP), '{ ca.crt: certificate }'),
    expected: closed('InvalidCACertificateRef'),
  },
  {
    is: 'whose CA for clients is cut off',
    yaml: frontend(all(OWN_MAP), `{ ca.crt: ${JSON.stringify(ONE.certificate.slice(0, 300))} }`),
    expected: closed('InvalidCACertificateRef'),
  },
  {
    is: 'whose CA for clients is a Secret',
    yaml: frontend(all('{ group: "", kind: Secret, name: OWN }')),
    expected: closed('InvalidCACertificateKind'),
  },
  {
    is: 'whose CA for clients is of an unknown group',
    yaml: frontend(all('{ group: x.test, kind: ConfigMap, name: OWN }')),
    expected: closed('InvalidCACertificateKind'),
  },
  {
    is: 'whose CA for clients belongs to a namespace that does not grant it',
    yaml: frontend(all('{ group: "", kind: ConfigMap, name: OWN, namespace: far }')),
    expected: closed('RefNotPermitted'),
  },
  {
    is: 'whose CA for clients is missing beside one that is there',
    yaml: frontend(
      all(`${OWN_MAP}, { group: "", kind: ConfigMap, name: none }`),
      `{ ca.crt: ${JSON.stringify(ONE.certificate)} }`,
    ),
    expected: {
      says: [
        GOOD,
        'Gateway listener tls Accepted True Accepted',
        'Gateway listener tls ResolvedRefs False InvalidCACertificateRef',
        'Gateway listener tls Programmed True Programmed',
      ],
    },
  },
  {
    is: 'whose CA for clients of one port is missing: the other ports go on',
    yaml: frontend(
      `{ default: {}, perPort: [{ port: 8443, tls: { validation: { caCertificateRefs: [${OWN_MAP}] } } }] }`,
    ),
    expected: {
      says: [
        GOOD,
        'Gateway listener tls Accepted False NoValidCACertificate',
        'Gateway listener other Accepted True Accepted',
        'Gateway listener other Programmed True Programmed',
      ],
    },
  },
  {
    is: 'whose CA for clients is missing where clients without certificates are let in',
    yaml: frontend(
      `{ default: { validation: { mode: AllowInsecureFallback, caCertificateRefs: [${OWN_MAP}] } } }`,
    ),
    expected: {
      says: [
        'Gateway InsecureFrontendValidationMode True ConfigurationChanged',
        'Gateway listener tls Accepted False NoValidCACertificate',
      ],
    },
  },
  {
    is: 'with an unknown mode for clients',
    yaml: frontend(`{ default: { validation: { mode: Odd, caCertificateRefs: [${OWN_MAP}] } } }`),
    expected: { refused: 'spec.tls.frontend.default.validation.mode' },
  },
  {
    is: 'that verifies clients by nothing',
    yaml: frontend(all('')),
    expected: { refused: 'caCertificateRefs' },
  },
  {
    is: 'that says twice how clients of a port are verified',
    yaml: frontend('{ default: {}, perPort: [{ port: 8443, tls: {} }, { port: 8443, tls: {} }] }'),
    expected: { refused: 'spec.tls.frontend.perPort' },
  },
];
