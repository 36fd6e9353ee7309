import type { BackendTlsPolicy } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import type { CaBundleModel } from './backend-tls-model.js';
import { bundleName, caFault, caSource, certificatesIn, sourcesOf, type CaSource } from './ca-references.js';
import type { Refusal } from './model.js';
import { refusal } from './refusals.js';

// Source: Gateway API, BackendTLSPolicyValidation.caCertificateRefs; DESIGN D7, D10.

/** PEM of the certificates that the system trusts; undefined: it has none. */
export type SystemCertificates = () => string | undefined;

/** The bundle of the certificates that the proxies' system trusts. */
export const SYSTEM_CA = 'ca/system';

export interface CaReferences {
  /** The bundle; undefined when no reference is any good: nothing can be verified. */
  readonly name: string | undefined;
  /** Of the references that are no good: the others are the bundle. */
  readonly refusals: readonly Refusal[];
}

/**
 * The bundle that a validation's references name. Its name depends on what they say, not on what is there.
 * @param namespace of the object that holds the validation
 * @param path field path of the validation
 */
export function caReferences(
  { caCertificateRefs = [] }: Pick<BackendTlsPolicy['spec']['validation'], 'caCertificateRefs'>,
  namespace: string,
  path: string,
  reads: Reads,
): CaReferences {
  const sources: CaSource[] = [];
  const refusals: Refusal[] = [];
  let some = false;
  for (const [index, ref] of caCertificateRefs.entries()) {
    const at = `${path}.caCertificateRefs[${index}]`;
    const source = caSource(ref, namespace);
    if (source === undefined) {
      refusals.push(refusal('InvalidKind', unsupportedCa(ref), at));
      continue;
    }
    sources.push(source);
    const fault = caFault(source, reads);
    if (fault === undefined) some = true;
    else refusals.push(refusal('InvalidCACertificateRef', fault, at));
  }
  return { name: some ? bundleName(sources) : undefined, refusals };
}

/** Why a reference to a kind that holds no CAs is refused. */
export function unsupportedCa({ group, kind }: { readonly group: string; readonly kind: string }): string {
  const named = group === '' ? kind : `${kind}.${group}`;
  return `CAs of kind ${named} are not supported; ConfigMap and ClusterTrustBundle are`;
}

/** @param name of a bundle, as settings have it; undefined: there is nothing in it */
export function caBundle(name: string, reads: Reads, system: SystemCertificates): CaBundleModel | undefined {
  if (name === SYSTEM_CA) {
    const certificates = system();
    return certificates === undefined ? undefined : { name, certificates };
  }
  const certificates = sourcesOf(name).flatMap((source) => certificatesIn(source, reads));
  return certificates.length === 0 ? undefined : { name, certificates: [...new Set(certificates)].join('') };
}
