import { createHash } from 'node:crypto';
import { displayRef, KINDS, refOf, type AnyService, type BackendTlsPolicy } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import type { BackendTls, ServiceTls } from './backend-tls-model.js';
import type { SystemCertificates } from './ca-bundle.js';
import type { ClusterModel, Fleet, Permit, Refusal, Verdict } from './model.js';
import type { TargetingPolicy } from './policy-model.js';
import { byPrecedence } from './policy-precedence.js';
import { refusal, verdictOf } from './refusals.js';
import { validationSettings } from './tls-validation.js';

// Which BackendTLSPolicy is in force for a port of a Service or ServiceImport, and what it asks for. One that is in force and cannot be honoured lets nothing
// through (DESIGN D10). Source: Gateway API, BackendTLSPolicy.

/** A Service or a ServiceImport. */
export interface ServiceRef {
  readonly kind: AnyService['kind'];
  readonly namespace: string;
  readonly name: string;
}

const POLICIES = { Service: 'policiesOfService', ServiceImport: 'policiesOfImport' } as const;
const NO_TLS: ServiceTls = { whole: undefined, ports: [], policies: [] };

/** @param service undefined: it does not exist, and its policies hear of it */
export function serviceTls(
  { kind, namespace, name }: ServiceRef,
  service: AnyService | undefined,
  reads: Reads,
  system: SystemCertificates,
): ServiceTls {
  const policies = [...reads.referring(POLICIES[kind], namespace, name).values()].toSorted(byPrecedence);
  if (policies.length === 0) return NO_TLS;
  /** The policy in force by port name; '' for the whole Service. */
  const inForce = new Map<
    string,
    { readonly policy: BackendTlsPolicy; readonly tls: BackendTls | Refusal }
  >();
  const targeting = policies.map((policy): TargetingPolicy<BackendTlsPolicy> => {
    const settings = settingsOf(policy, reads, system);
    const refusals: Refusal[] = [];
    for (const [index, ref] of policy.spec.targetRefs.entries()) {
      if (ref.group !== KINDS[kind].group || ref.kind !== kind || ref.name !== name) continue;
      const at = `spec.targetRefs[${index}]`;
      const section = ref.sectionName ?? '';
      const fault = targetFault(service, section);
      if (fault !== undefined)
        refusals.push(refusal('TargetNotFound', `${kind} ${namespace}/${name} ${fault}`, at));
      const winner = inForce.get(section);
      if (winner === undefined) inForce.set(section, { policy, tls: settings.tls });
      else {
        const message = `${displayRef(refOf(winner.policy))} has the same target and takes precedence`;
        refusals.push(refusal('Conflicted', message, at));
      }
    }
    const accepted = verdictOf([...refusals, ...settings.refusals]);
    return { policy, accepted, resolvedRefs: settings.resolvedRefs };
  });
  const ports = (service?.spec?.ports ?? []).flatMap(({ name: section = '', protocol, port }) => {
    const own = section === '' || protocol !== 'TCP' ? undefined : inForce.get(section);
    return own === undefined ? [] : [{ port, tls: own.tls }];
  });
  return { whole: inForce.get('')?.tls, ports, policies: targeting };
}

/** What is in force for a port; undefined: no policy. */
export function tlsOfPort(tls: ServiceTls | undefined, port: number): BackendTls | Refusal | undefined {
  return tls?.ports.find((each) => each.port === port)?.tls ?? tls?.whole;
}

/**
 * What sending to a cluster relies on: that neither a policy nor its XBackend asks for other settings than it has. A policy or an XBackend that is
 * gone forbids nothing. Beside {@link isStillSecure}.
 */
export function securityPermit({
  backend,
  port,
  tls,
}: Pick<ClusterModel, 'backend' | 'port' | 'tls'>): Permit {
  const name = `${backend.kind} ${backend.namespace}/${backend.name}`;
  return `${SECURITY} ${name} ${port} ${tls === undefined ? '' : tlsDigest(tls)}`;
}

/** Undefined: the permit is about something else. */
export function isStillSecure(
  permit: Permit,
  { secured, securedImports, xBackends }: Pick<Fleet, 'secured' | 'securedImports' | 'xBackends'>,
): boolean | undefined {
  const [sort, kind, name = '', port = '', settings = ''] = permit.split(' ');
  if (sort !== SECURITY) return undefined;
  const services = kind === 'ServiceImport' ? securedImports : secured;
  const tls = kind === 'XBackend' ? xBackends.get(name)?.tls : tlsOfPort(services.get(name), Number(port));
  return tls === undefined || (!('accepted' in tls) && tlsDigest(tls) === settings);
}

const SECURITY = 'security';

/** Equal for equal settings, whatever policies they are of. */
export function tlsDigest(tls: BackendTls): string {
  return createHash('sha256').update(JSON.stringify(tls)).digest('hex').slice(0, 16);
}

function targetFault(service: AnyService | undefined, section: string): string | undefined {
  if (service === undefined) return 'does not exist';
  const ports = service.spec?.ports ?? [];
  return section === '' || ports.some(({ name }) => name === section)
    ? undefined
    : `has no port named ${section}`;
}

interface Settings {
  /** A refusal as it stands for what would have been sent. */
  readonly tls: BackendTls | Refusal;
  readonly refusals: readonly Refusal[];
  readonly resolvedRefs: Verdict;
}

function settingsOf(policy: BackendTlsPolicy, reads: Reads, system: SystemCertificates): Settings {
  const { metadata, spec } = policy;
  const { tls, resolvedRefs } = validationSettings(
    spec.validation,
    metadata.namespace ?? '',
    'spec.validation',
    reads,
    system,
  );
  return 'accepted' in tls
    ? { tls: inTheNameOf(policy, tls), refusals: [tls], resolvedRefs }
    : { tls, refusals: [], resolvedRefs };
}

function inTheNameOf(policy: BackendTlsPolicy, { reason, message }: Refusal): Refusal {
  const by = refOf(policy);
  return {
    accepted: false,
    reason,
    message: `${displayRef(by)} is in force, and cannot be: ${message}`,
    at: '',
    by,
  };
}
