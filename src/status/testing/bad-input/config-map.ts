import { ONE } from '../../../routing/testing/key-pair.js';
import { object, type BadInput } from './bad-input.js';
import { tlsToService } from './tls-to-service.js';

/** A ConfigMap as the only CA of a BackendTLSPolicy. @param data YAML flow mapping */
const authority =
  (data: string) =>
  (name: string, host: string): string =>
    object('v1', 'ConfigMap', name, `data: ${data}`) +
    tlsToService(
      `{ hostname: a.test, caCertificateRefs: [{ group: "", kind: ConfigMap, name: ${name} }] }`,
      name,
      host,
    );

const UNUSABLE = {
  says: [
    'BackendTLSPolicy Accepted False NoValidCACertificate',
    'BackendTLSPolicy ResolvedRefs False InvalidCACertificateRef',
  ],
  meets: '500',
};

export const CONFIG_MAPS: readonly BadInput[] = [
  { is: 'without ca.crt', yaml: authority('{ other: x }'), expected: UNUSABLE },
  { is: 'with an empty ca.crt', yaml: authority('{ ca.crt: "" }'), expected: UNUSABLE },
  { is: 'whose ca.crt is no PEM', yaml: authority('{ ca.crt: certificate }'), expected: UNUSABLE },
  {
    is: 'whose ca.crt is cut off',
    yaml: authority(`{ ca.crt: ${JSON.stringify(ONE.certificate.slice(0, 200))} }`),
    expected: UNUSABLE,
  },
  {
    is: 'whose ca.crt is a key',
    yaml: authority(`{ ca.crt: ${JSON.stringify(ONE.key)} }`),
    expected: UNUSABLE,
  },
  {
    is: 'whose ca.crt holds a damaged certificate beside a good one',
    yaml: authority(
      `{ ca.crt: ${JSON.stringify(ONE.certificate + ONE.certificate.replace('MIIB', 'MIIA'))} }`,
    ),
    expected: UNUSABLE,
  },
  {
    is: 'with more than a mebibyte',
    yaml: authority(`{ ca.crt: ${'x'.repeat(1_048_577)} }`),
    expected: { refused: 'data' },
  },
];
