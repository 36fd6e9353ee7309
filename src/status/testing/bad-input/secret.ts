import { ONE, TWO, WEAK } from '../../../routing/testing/key-pair.js';
import { GATEWAY_API, object, type BadInput } from './bad-input.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A Secret, and a Gateway with an HTTPS listener that presents it beside one that needs none. */
const secret =
  (data: string, type = 'kubernetes.io/tls') =>
  (name: string): string =>
    object('v1', 'Secret', name, `type: ${type}\ndata: ${data}`) +
    object(
      GATEWAY_API,
      'Gateway',
      name,
      `spec:
  gatewayClassName: windlass
  listeners:
  - { name: http, port: 8080, protocol: HTTP }
  - { name: tls, port: 8443, protocol: HTTPS, tls: { certificateRefs: [{ name: ${name} }] } }`,
    );
const pair = (certificate: string, key: string): BadInput['yaml'] =>
  secret(`{ tls.crt: ${base64(certificate)}, tls.key: ${base64(key)} }`);

const UNUSABLE = {
  says: [
    'Gateway listener http Accepted True Accepted',
    'Gateway listener tls ResolvedRefs False InvalidCertificateRef',
    'Gateway listener tls Programmed False Invalid',
  ],
};

export const SECRETS: readonly BadInput[] = [
  { is: 'whose certificate is no PEM', yaml: pair('certificate', ONE.key), expected: UNUSABLE },
  {
    is: 'whose certificate is damaged',
    yaml: pair(ONE.certificate.replace('MIIB', 'MIIA'), ONE.key),
    expected: UNUSABLE,
  },
  {
    is: 'whose certificate is cut off',
    yaml: pair(ONE.certificate.slice(0, 200), ONE.key),
    expected: UNUSABLE,
  },
  { is: 'whose key is no PEM', yaml: pair(ONE.certificate, 'key'), expected: UNUSABLE },
  { is: 'whose key is of another certificate', yaml: pair(ONE.certificate, TWO.key), expected: UNUSABLE },
  { is: 'whose key is too short', yaml: pair(WEAK.certificate, WEAK.key), expected: UNUSABLE },
  {
    is: 'without a key pair',
    yaml: secret(`{ other: ${base64('x')} }`, 'Opaque'),
    expected: UNUSABLE,
  },
  {
    is: 'of the type of key pairs that has none',
    yaml: secret(`{ tls.crt: ${base64(ONE.certificate)} }`),
    expected: { refused: 'tls.key' },
  },
  {
    is: 'whose data is no base64',
    yaml: secret('{ tls.crt: "*", tls.key: "*" }'),
    expected: { refused: 'data' },
  },
];
