import {
  displayRef,
  type Gateway,
  type Listener,
  type Secret,
  type SecretObjectReference,
} from '../resources/index.js';
import type { Reads } from '../store/index.js';
import { isPermitted, notGranted, type ReferenceFrom } from './grants.js';
import type { ListenerHolder } from './listener-precedence.js';
import type { CertificateModel, Refusal } from './model.js';
import { refusal } from './refusals.js';

// Source: Gateway API, ListenerTLSConfig.certificateRefs; DESIGN D10, D17.

export interface ListenerCertificates {
  readonly certificates: readonly CertificateModel[];
  readonly refusals: readonly Refusal[];
}

/** The checked certificate of a Secret, the same object for the same Secret; or what is wrong with it. */
export type CheckCertificate = (secret: Secret) => CertificateModel | string;

/**
 * Certificates of a listener that ends TLS. One bad reference makes ResolvedRefs false; the good ones are served still, and without any the
 * listener is not served.
 * @param holder what the listener is written in: references are permitted to it and mean its namespace
 * @param at field path of the listener
 */
export function certificatesOf(
  listener: Listener,
  holder: ListenerHolder,
  at: string,
  reads: Reads,
  check: CheckCertificate,
): ListenerCertificates {
  const refs = listener.tls?.certificateRefs ?? [];
  if (refs.length === 0) {
    const message = `listener ${listener.name} of protocol ${listener.protocol} needs a certificate`;
    return {
      certificates: [],
      refusals: [refusal('InvalidCertificateRef', message, `${at}.tls.certificateRefs`)],
    };
  }
  const results = refs.map((ref, index) =>
    resolveCertificate(ref, fromHolder(holder), `${at}.tls.certificateRefs[${index}]`, reads, check),
  );
  const certificates = results.flatMap((result) => ('accepted' in result ? [] : [result]));
  return {
    // A Secret named twice is one certificate.
    certificates: [...new Map(certificates.map((c) => [c.name, c])).values()],
    refusals: results.flatMap((result) => ('accepted' in result ? [result] : [])),
  };
}

/** What the Gateway presents to backends that it speaks TLS to; undefined: nothing is asked for. Source: GatewayBackendTLS. */
export function clientCertificateOf(
  gateway: Gateway,
  reads: Reads,
  check: CheckCertificate,
): CertificateModel | Refusal | undefined {
  const ref = gateway.spec.tls?.backend?.clientCertificateRef;
  const at = 'spec.tls.backend.clientCertificateRef';
  return ref && resolveCertificate(ref, fromHolder(gateway), at, reads, check, 'InvalidClientCertificateRef');
}

function fromHolder({ kind, metadata }: ListenerHolder): ReferenceFrom {
  return { group: 'gateway.networking.k8s.io', kind, namespace: metadata.namespace ?? '' };
}

/** @param invalid the reason for a reference to what is no certificate, or not there */
export function resolveCertificate(
  ref: SecretObjectReference,
  from: ReferenceFrom,
  at: string,
  reads: Reads,
  check: CheckCertificate,
  invalid = 'InvalidCertificateRef',
): CertificateModel | Refusal {
  const to = { group: ref.group, kind: ref.kind, namespace: ref.namespace ?? from.namespace, name: ref.name };
  if (to.group !== '' || to.kind !== 'Secret') {
    return refusal(invalid, `a certificate of kind ${to.kind} is not supported; Secret is`, at);
  }
  if (!isPermitted(from, to, reads)) {
    return refusal('RefNotPermitted', notGranted(from, to), at);
  }
  const secret = reads.get('Secret', to.namespace, to.name);
  if (secret === undefined) return refusal(invalid, `${displayRef(to)} does not exist`, at);
  const checked = check(secret);
  return typeof checked === 'string' ? refusal(invalid, `${displayRef(to)} ${checked}`, at) : checked;
}
