import { X509Certificate } from 'node:crypto';
import { displayRef, type BackendTlsPolicy, type ConfigMap } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import type { CaBundleModel } from './backend-tls-model.js';
import type { Refusal } from './model.js';
import { pemBlocks } from './pem.js';
import { refusal } from './refusals.js';
import { memoByIdentity } from './stable.js';

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
  const names: string[] = [];
  const refusals: Refusal[] = [];
  let some = false;
  for (const [index, ref] of caCertificateRefs.entries()) {
    const at = `${path}.caCertificateRefs[${index}]`;
    if (ref.group !== '' || ref.kind !== 'ConfigMap') {
      const kind = ref.group === '' ? ref.kind : `${ref.kind}.${ref.group}`;
      refusals.push(refusal('InvalidKind', `CAs of kind ${kind} are not supported; ConfigMap is`, at));
      continue;
    }
    names.push(ref.name);
    const content = contentOf(namespace, ref.name, reads);
    if ('fault' in content) {
      const object = displayRef({ group: '', kind: 'ConfigMap', namespace, name: ref.name });
      refusals.push(refusal('InvalidCACertificateRef', `${object} ${content.fault}`, at));
    } else some = true;
  }
  const bundle = `ca/${namespace}/${[...new Set(names)].sort().join('+')}`;
  return { name: some ? bundle : undefined, refusals };
}

/** @param name of a bundle, as a policy's settings have it; undefined: there is nothing in it */
export function caBundle(name: string, reads: Reads, system: SystemCertificates): CaBundleModel | undefined {
  if (name === SYSTEM_CA) {
    const certificates = system();
    return certificates === undefined ? undefined : { name, certificates };
  }
  const [, namespace = '', configMaps = ''] = name.split('/');
  const certificates = configMaps.split('+').flatMap((each) => {
    const content = contentOf(namespace, each, reads);
    return 'fault' in content ? [] : content.certificates;
  });
  return certificates.length === 0 ? undefined : { name, certificates: [...new Set(certificates)].join('') };
}

type Content = { readonly certificates: readonly string[] } | { readonly fault: string };

function contentOf(namespace: string, name: string, reads: Reads): Content {
  const configMap = reads.get('ConfigMap', namespace, name);
  return configMap === undefined ? { fault: 'does not exist' } : parsed(configMap);
}

const parsed = memoByIdentity(({ data }: ConfigMap): Content => {
  const text = data?.['ca.crt'];
  if (text === undefined || text === '') return { fault: 'has no ca.crt' };
  const certificates = (pemBlocks(text) ?? [])
    .filter(({ label }) => label === 'CERTIFICATE')
    .map((block) => block.text);
  const sound = certificates.length > 0 && certificates.every(isCertificate);
  return sound ? { certificates } : { fault: 'has a ca.crt that is not a list of PEM certificates' };
});

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    // The caller says what is wrong; OpenSSL's words help nobody.
    return false;
  }
}
