import { createHash } from 'node:crypto';
import { displayRef, refOf, type BackendTlsPolicy, type Service } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import type { AltName, BackendTls, ServiceTls, TargetingPolicy } from './backend-tls-model.js';
import { caReferences, SYSTEM_CA, type SystemCertificates } from './ca-bundle.js';
import type { ClusterModel, Permit, Refusal, Verdict } from './model.js';
import { createdAt } from './precedence.js';
import { refusal, verdictOf } from './refusals.js';

// Which BackendTLSPolicy is in force for a port of a Service, and what it asks for. One that is in force and cannot be honoured lets nothing
// through (DESIGN D10). Source: Gateway API, BackendTLSPolicy.

const NO_TLS: ServiceTls = { whole: undefined, ports: [], policies: [] };

/** @param service undefined: it does not exist, and its policies hear of it */
export function serviceTls(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  service: Service | undefined,
  reads: Reads,
  system: SystemCertificates,
): ServiceTls {
  const policies = [...reads.referring('policiesOfService', namespace, name).values()].toSorted(byPrecedence);
  if (policies.length === 0) return NO_TLS;
  /** The policy in force by port name; '' for the whole Service. */
  const inForce = new Map<
    string,
    { readonly policy: BackendTlsPolicy; readonly tls: BackendTls | Refusal }
  >();
  const targeting = policies.map((policy): TargetingPolicy => {
    const settings = settingsOf(policy, reads, system);
    const refusals: Refusal[] = [];
    for (const [index, ref] of policy.spec.targetRefs.entries()) {
      if (ref.group !== '' || ref.kind !== 'Service' || ref.name !== name) continue;
      const at = `spec.targetRefs[${index}]`;
      const section = ref.sectionName ?? '';
      const fault = targetFault(service, section);
      if (fault !== undefined)
        refusals.push(refusal('TargetNotFound', `Service ${namespace}/${name} ${fault}`, at));
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
 * What sending to a cluster relies on: that no policy asks for other settings than it has. A policy that is gone forbids nothing.
 * Beside {@link isStillSecure}.
 */
export function securityPermit({
  service,
  port,
  tls,
}: Pick<ClusterModel, 'service' | 'port' | 'tls'>): Permit {
  return `${SECURITY} ${service.namespace}/${service.name} ${port} ${tls === undefined ? '' : tlsDigest(tls)}`;
}

const SECURITY = 'security';

/** Undefined: the permit is about something else. */
export function isStillSecure(
  permit: Permit,
  services: ReadonlyMap<string, ServiceTls>,
): boolean | undefined {
  const [sort, service = '', port = '', settings = ''] = permit.split(' ');
  if (sort !== SECURITY) return undefined;
  const tls = tlsOfPort(services.get(service), Number(port));
  return tls === undefined || (!('accepted' in tls) && tlsDigest(tls) === settings);
}

/** Equal for equal settings, whatever policies they are of. */
export function tlsDigest(tls: BackendTls): string {
  return createHash('sha256').update(JSON.stringify(tls)).digest('hex').slice(0, 16);
}

/** The older one, then the first by name; all policies of a Service are in its namespace. */
function byPrecedence(a: BackendTlsPolicy, b: BackendTlsPolicy): number {
  const [older, younger] = [createdAt(a.metadata.creationTimestamp), createdAt(b.metadata.creationTimestamp)];
  if (older !== younger) return older < younger ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

function targetFault(service: Service | undefined, section: string): string | undefined {
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
  const { hostname, wellKnownCACertificates, subjectAltNames = [] } = policy.spec.validation;
  const names =
    subjectAltNames.length > 0
      ? subjectAltNames.map((name): AltName =>
          name.type === 'URI' ? { kind: 'uri', value: name.uri } : { kind: 'dns', value: name.hostname },
        )
      : [{ kind: 'dns', value: hostname } as const];
  const usable = (ca: string): BackendTls => ({ hostname, names, ca });
  if (wellKnownCACertificates !== undefined) {
    const fault = wellKnownFault(wellKnownCACertificates, system);
    return {
      tls: fault === undefined ? usable(SYSTEM_CA) : inTheNameOf(policy, fault),
      refusals: fault === undefined ? [] : [fault],
      resolvedRefs: verdictOf([]),
    };
  }
  const ca = caReferences(policy, reads);
  const resolvedRefs = verdictOf(ca.refusals);
  if (ca.name !== undefined) return { tls: usable(ca.name), refusals: [], resolvedRefs };
  const message = resolvedRefs.accepted ? 'no CA is named' : resolvedRefs.message;
  const none = refusal('NoValidCACertificate', message, 'spec.validation.caCertificateRefs');
  return { tls: inTheNameOf(policy, none), refusals: [none], resolvedRefs };
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

function wellKnownFault(set: string, system: SystemCertificates): Refusal | undefined {
  const at = 'spec.validation.wellKnownCACertificates';
  if (set !== 'System') return refusal('Invalid', `${set} is not supported; System is`, at);
  return system() === undefined ? refusal('Invalid', 'the system has no CA certificates', at) : undefined;
}
