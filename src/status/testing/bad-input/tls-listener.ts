import { ONE } from '../../../routing/testing/key-pair.js';
import { object, type BadInput } from './bad-input.js';
import { setOf } from './own-listener.js';

/** A key pair of the listener's name, and a listener beside one that is in order. @param fields of the listener, YAML flow mapping without braces */
const listener =
  (fields: string): BadInput['yaml'] =>
  (name, host, port) =>
    object(
      'v1',
      'Secret',
      name,
      `type: kubernetes.io/tls\ndata: { tls.crt: ${base64(ONE.certificate)}, tls.key: ${base64(ONE.key)} }`,
    ) +
    setOf(
      name,
      `{ name: good, port: ${port}, protocol: HTTP }`,
      `{ name: wrong, port: 8443, hostname: ${host}, ${fields.replaceAll('OWN', name)} }`,
    );

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const GOOD = 'ListenerSet listener good Accepted True Accepted';
const UNSERVED = [GOOD, 'ListenerSet listener wrong Programmed False Invalid'];

/** TLS on the port of the passthrough of the site: what is wrong with one chain is no matter to the others. */
export const TLS_LISTENERS: readonly BadInput[] = [
  {
    is: 'of TLS that terminates and whose certificate is missing',
    yaml: listener('protocol: TLS, tls: { mode: Terminate, certificateRefs: [{ name: none }] }'),
    expected: { says: [...UNSERVED, 'ListenerSet listener wrong ResolvedRefs False InvalidCertificateRef'] },
  },
  {
    is: 'of TLS that terminates and names no certificate',
    yaml: listener('protocol: TLS, tls: { mode: Terminate }'),
    expected: { refused: 'certificateRefs' },
  },
  {
    is: 'of TLS without a mode and a certificate',
    yaml: listener('protocol: TLS, tls: {}'),
    expected: { refused: 'certificateRefs' },
  },
  {
    is: 'of TLS without TLS',
    yaml: listener('protocol: TLS'),
    expected: { refused: 'tls mode must be set' },
  },
  {
    is: 'of TLS that passes through and names a certificate in vain',
    yaml: listener('protocol: TLS, tls: { mode: Passthrough, certificateRefs: [{ name: none }] }'),
    expected: { says: [GOOD, 'ListenerSet listener wrong Accepted True Accepted'] },
  },
  {
    is: 'of HTTPS that passes through',
    yaml: listener('protocol: HTTPS, tls: { mode: Passthrough, certificateRefs: [{ name: OWN }] }'),
    expected: { refused: 'tls mode must be Terminate' },
  },
  {
    is: 'of TLS with an option that there is not',
    yaml: listener(
      'protocol: TLS, tls: { mode: Terminate, certificateRefs: [{ name: OWN }], options: { windlass.io/odd: a } }',
    ),
    expected: { says: [...UNSERVED, 'ListenerSet listener wrong Accepted False UnsupportedValue'] },
  },
  {
    is: 'of HTTPS with one certificate that is missing beside one that is there',
    yaml: listener('protocol: HTTPS, tls: { certificateRefs: [{ name: OWN }, { name: none }] }'),
    expected: { says: [GOOD, 'ListenerSet listener wrong ResolvedRefs False InvalidCertificateRef'] },
  },
  {
    is: 'of TLS for routes of HTTP',
    yaml: listener(
      'protocol: TLS, tls: { mode: Passthrough }, allowedRoutes: { kinds: [{ kind: HTTPRoute }] }',
    ),
    expected: { says: [GOOD, 'ListenerSet listener wrong ResolvedRefs False InvalidRouteKinds'] },
  },
  {
    is: 'of HTTPS for the hostname of a listener of TLS',
    yaml: (name, host) =>
      setOf(
        name,
        `{ name: a, port: 8443, protocol: TLS, hostname: ${host}, tls: { mode: Passthrough } }`,
        `{ name: b, port: 8443, protocol: HTTPS, hostname: ${host}, tls: { certificateRefs: [{ name: none }] } }`,
      ),
    expected: {
      says: [
        'ListenerSet listener a Conflicted True HostnameConflict',
        'ListenerSet listener b Conflicted True HostnameConflict',
      ],
    },
  },
  {
    is: 'of TCP and of UDP on one port, which is no conflict',
    yaml: (name, _, port) =>
      setOf(name, `{ name: a, port: ${port}, protocol: TCP }`, `{ name: b, port: ${port}, protocol: UDP }`),
    expected: {
      says: [
        'ListenerSet listener a Conflicted False NoConflicts',
        'ListenerSet listener b Conflicted False NoConflicts',
        'ListenerSet listener a Programmed True Programmed',
        'ListenerSet listener b Programmed True Programmed',
      ],
    },
  },
  {
    is: 'of TCP twice on one port',
    yaml: (name, _, port) =>
      setOf(name, `{ name: a, port: ${port}, protocol: TCP }`, `{ name: b, port: ${port}, protocol: TCP }`),
    expected: { refused: 'spec.listeners' },
  },
  {
    is: 'of TCP and of TLS on one port',
    yaml: (name, _, port) =>
      setOf(
        name,
        `{ name: a, port: ${port}, protocol: TCP }`,
        `{ name: b, port: ${port}, protocol: TLS, tls: { mode: Passthrough } }`,
      ),
    expected: {
      says: [
        'ListenerSet listener a Conflicted True ProtocolConflict',
        'ListenerSet listener b Conflicted True ProtocolConflict',
      ],
    },
  },
  {
    is: 'of TCP with a hostname',
    yaml: (name, host, port) => setOf(name, `{ name: a, port: ${port}, protocol: TCP, hostname: ${host} }`),
    expected: { refused: 'hostname must not be specified' },
  },
  {
    is: 'of UDP with TLS',
    yaml: (name, _, port) =>
      setOf(name, `{ name: a, port: ${port}, protocol: UDP, tls: { mode: Passthrough } }`),
    expected: { refused: 'tls must not be specified' },
  },
];
