import type { BadInput } from './bad-input.js';
import { tlsToService } from './tls-to-service.js';

const policy =
  (validation: string, section?: string): BadInput['yaml'] =>
  (name, host) =>
    tlsToService(validation, name, host, section);

const REF = 'caCertificateRefs: [{ group: "", kind: ConfigMap, name: none }]';

export const BACKEND_TLS_POLICIES: readonly BadInput[] = [
  {
    is: 'whose CA is missing: nothing is sent unverified',
    yaml: policy(`{ hostname: a.test, ${REF} }`),
    expected: {
      says: [
        'BackendTLSPolicy Accepted False NoValidCACertificate',
        'BackendTLSPolicy ResolvedRefs False InvalidCACertificateRef',
      ],
      meets: '500',
    },
  },
  {
    is: 'whose CA is of an unknown kind',
    yaml: policy('{ hostname: a.test, caCertificateRefs: [{ group: x.test, kind: Odd, name: a }] }'),
    expected: {
      says: [
        'BackendTLSPolicy Accepted False NoValidCACertificate',
        'BackendTLSPolicy ResolvedRefs False InvalidKind',
      ],
      meets: '500',
    },
  },
  {
    is: 'that trusts an unknown set',
    yaml: policy('{ hostname: a.test, wellKnownCACertificates: x.test/odd }'),
    expected: { says: ['BackendTLSPolicy Accepted False Invalid'], meets: '500' },
  },
  {
    is: 'for a port that is missing',
    yaml: policy(`{ hostname: a.test, ${REF} }`, 'none'),
    expected: { says: ['BackendTLSPolicy Accepted False TargetNotFound'] },
  },
  {
    is: 'that names two sorts of CA',
    yaml: policy(`{ hostname: a.test, wellKnownCACertificates: System, ${REF} }`),
    expected: { refused: 'spec.validation' },
  },
  {
    is: 'that names no CA',
    yaml: policy('{ hostname: a.test }'),
    expected: { refused: 'spec.validation' },
  },
  {
    is: 'for a hostname with a wildcard',
    yaml: policy(`{ hostname: "*.test", ${REF} }`),
    expected: { refused: 'spec.validation.hostname' },
  },
];
