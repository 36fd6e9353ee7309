import type { BackendTlsPolicy } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import type { AltName, BackendTls } from './backend-tls-model.js';
import { caReferences, SYSTEM_CA, type SystemCertificates } from './ca-bundle.js';
import type { Refusal, Verdict } from './model.js';
import { refusal, verdictOf } from './refusals.js';

// How a backend's certificate is verified: BackendTLSPolicy and XBackend say it in the same words. Source: Gateway API,
// BackendTLSPolicyValidation.

type Validation = BackendTlsPolicy['spec']['validation'];

export interface ValidationSettings {
  /** Refused: there is nothing to verify by, so that nothing may be sent. */
  readonly tls: BackendTls | Refusal;
  /** InvalidCACertificateRef, InvalidKind: of the references that are no good; the others are used. */
  readonly resolvedRefs: Verdict;
}

/**
 * @param namespace of the object that holds the validation
 * @param at field path of the validation
 */
export function validationSettings(
  validation: Validation,
  namespace: string,
  at: string,
  reads: Reads,
  system: SystemCertificates,
): ValidationSettings {
  const { hostname, wellKnownCACertificates, subjectAltNames = [] } = validation;
  const names =
    subjectAltNames.length > 0
      ? subjectAltNames.map((name): AltName =>
          name.type === 'URI' ? { kind: 'uri', value: name.uri } : { kind: 'dns', value: name.hostname },
        )
      : [{ kind: 'dns', value: hostname } as const];
  const usable = (ca: string): BackendTls => ({ hostname, names, ca });
  if (wellKnownCACertificates !== undefined) {
    const fault = wellKnownFault(wellKnownCACertificates, `${at}.wellKnownCACertificates`, system);
    return { tls: fault ?? usable(SYSTEM_CA), resolvedRefs: verdictOf([]) };
  }
  const ca = caReferences(validation, namespace, at, reads);
  const resolvedRefs = verdictOf(ca.refusals);
  if (ca.name !== undefined) return { tls: usable(ca.name), resolvedRefs };
  const message = resolvedRefs.accepted ? 'no CA is named' : resolvedRefs.message;
  return { tls: refusal('NoValidCACertificate', message, `${at}.caCertificateRefs`), resolvedRefs };
}

function wellKnownFault(set: string, at: string, system: SystemCertificates): Refusal | undefined {
  if (set !== 'System') return refusal('Invalid', `${set} is not supported; System is`, at);
  return system() === undefined ? refusal('Invalid', 'the system has no CA certificates', at) : undefined;
}
