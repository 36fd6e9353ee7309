import { memoByIdentity } from '../collections/index.js';
import { X509Certificate } from 'node:crypto';
import { displayRef, type ClusterTrustBundle, type ConfigMap } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import { pemBlocks } from './pem.js';

// Where CA certificates are kept. Source: Gateway API, caCertificateRefs of BackendTLSPolicy and of Gateway.spec.tls.frontend.

/** An object that holds CA certificates. */
export interface CaSource {
  readonly kind: 'ConfigMap' | 'ClusterTrustBundle';
  /** '' for a ClusterTrustBundle. */
  readonly namespace: string;
  readonly name: string;
}

/** @param namespace of the object that refers, unless the reference names one; undefined: of a kind that holds no CAs */
export function caSource(
  ref: { readonly group: string; readonly kind: string; readonly name: string; readonly namespace?: string },
  namespace: string,
): CaSource | undefined {
  const { group, kind, name } = ref;
  if (group === '' && kind === 'ConfigMap') return { kind, namespace: ref.namespace ?? namespace, name };
  if (group === 'certificates.k8s.io' && kind === 'ClusterTrustBundle') return { kind, namespace: '', name };
  return undefined;
}

/** What is wrong with an object that is referred to, as a sentence; undefined: it holds CA certificates. */
export function caFault(source: CaSource, reads: Reads): string | undefined {
  const content = contentOf(source, reads);
  return 'fault' in content ? `${displayRef({ group: '', ...source })} ${content.fault}` : undefined;
}

/** PEM of each certificate; none when something is wrong with the object. */
export function certificatesIn(source: CaSource, reads: Reads): readonly string[] {
  const content = contentOf(source, reads);
  return 'fault' in content ? [] : content.certificates;
}

const PREFIX = 'ca/';
/** Stands where others have a namespace, which is never in capitals. */
const CLUSTER_WIDE = 'ClusterTrustBundle';

/** The name of the bundle of some sources: whether they are there does not matter, nor in which order or how often they are named. */
export function bundleName(sources: readonly CaSource[]): string {
  const places = Map.groupBy(sources, ({ kind, namespace }) => (kind === CLUSTER_WIDE ? kind : namespace));
  const groups = [...places].map(
    ([place, own]) => `${place}/${[...new Set(own.map(({ name }) => name))].sort().join('+')}`,
  );
  return PREFIX + groups.sort().join(',');
}

/** The sources of a bundle, by its name. */
export function sourcesOf(bundle: string): readonly CaSource[] {
  return bundle
    .slice(PREFIX.length)
    .split(',')
    .flatMap((group) => {
      const [place = '', names = ''] = group.split('/');
      return names
        .split('+')
        .map((name): CaSource =>
          place === CLUSTER_WIDE
            ? { kind: CLUSTER_WIDE, namespace: '', name }
            : { kind: 'ConfigMap', namespace: place, name },
        );
    });
}

type Content = { readonly certificates: readonly string[] } | { readonly fault: string };

function contentOf({ kind, namespace, name }: CaSource, reads: Reads): Content {
  if (kind === 'ConfigMap') {
    const configMap = reads.get('ConfigMap', namespace, name);
    return configMap === undefined ? { fault: 'does not exist' } : ofConfigMap(configMap);
  }
  const bundle = reads.get('ClusterTrustBundle', '', name);
  return bundle === undefined ? { fault: 'does not exist' } : ofTrustBundle(bundle);
}

const ofConfigMap = memoByIdentity(({ data }: ConfigMap) => parsed(data?.['ca.crt'] ?? '', 'ca.crt'));

const ofTrustBundle = memoByIdentity(({ spec }: ClusterTrustBundle) =>
  parsed(spec.trustBundle, 'spec.trustBundle'),
);

function parsed(text: string, field: string): Content {
  if (text === '') return { fault: `has no ${field}` };
  const certificates = (pemBlocks(text) ?? [])
    .filter(({ label }) => label === 'CERTIFICATE')
    .map((block) => block.text);
  const sound = certificates.length > 0 && certificates.every(isCertificate);
  return sound ? { certificates } : { fault: `has a ${field} that is not a list of PEM certificates` };
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    // The caller says what is wrong; OpenSSL's words help nobody.
    return false;
  }
}
