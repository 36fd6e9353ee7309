import { refOf, type XBackend } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import type { BackendTls } from './backend-tls-model.js';
import type { SystemCertificates } from './ca-bundle.js';
import { resolveCertificate, type CheckCertificate } from './certificates.js';
import { isIpLike, isSelfReference } from './external-name.js';
import type { Refusal, Verdict } from './model.js';
import { refusal, verdictOf } from './refusals.js';
import { translateSession } from './session.js';
import type { SessionSettings } from './session-model.js';
import { validationSettings } from './tls-validation.js';
import { ACCEPTED } from './verdict.js';
import type { XBackendModel } from './x-backend-model.js';

// What an XBackend says of itself, checked. One that cannot be honoured gets nothing sent at all (DESIGN D10). Source: Gateway API, XBackend.

export interface XBackendOptions {
  readonly system: SystemCertificates;
  readonly check: CheckCertificate;
  /** Whether an external hostname may be one that names this host itself; only for directory mode. */
  readonly allowLoopback: boolean;
}

export function xBackendModel(backend: XBackend, reads: Reads, options: XBackendOptions): XBackendModel {
  const { tls, resolvedRefs, refusals } = tlsOf(backend, reads, options);
  const session = sessionOf(backend);
  const faults = [
    ...hostnameFaults(backend, options),
    ...protocolFaults(backend),
    ...('accepted' in session ? [session] : []),
    ...refusals,
  ];
  return {
    backend,
    accepted: verdictOf(faults),
    resolvedRefs,
    tls,
    session: 'accepted' in session ? undefined : session.settings,
  };
}

function sessionOf({
  spec: { sessionPersistence: session },
}: XBackend): { readonly settings: SessionSettings | undefined } | Refusal {
  if (session === undefined) return { settings: undefined };
  const settings = translateSession(session, 'spec.sessionPersistence');
  return 'accepted' in settings ? settings : { settings };
}

/** CEL has refused names that end in `.cluster.local`; its words say more than its rule, which lets addresses through. */
function hostnameFaults({ spec }: XBackend, { allowLoopback }: XBackendOptions): readonly Refusal[] {
  const hostname = spec.externalHostname?.hostname;
  const at = 'spec.externalHostname.hostname';
  if (hostname === undefined) return [];
  if (isIpLike(hostname)) return [refusal('Invalid', `${hostname} is an address, not a hostname`, at)];
  if (isSelfReference(hostname) && !allowLoopback) {
    return [refusal('Invalid', `${hostname} names the proxy itself, which is not allowed here`, at)];
  }
  return [];
}

function protocolFaults({ spec }: XBackend): readonly Refusal[] {
  if (spec.protocol !== 'MCP') return [];
  const message = 'protocol MCP is not supported; what speaks MCP over HTTP is reached by protocol HTTP';
  return [refusal('UnsupportedProtocol', message, 'spec.protocol')];
}

interface Tls extends Pick<XBackendModel, 'tls' | 'resolvedRefs'> {
  readonly refusals: readonly Refusal[];
}

function tlsOf(backend: XBackend, reads: Reads, { system, check }: XBackendOptions): Tls {
  const { mode, validation, clientCertificateRef } = backend.spec.tls;
  if (mode === 'None' || validation === undefined)
    return { tls: undefined, resolvedRefs: ACCEPTED, refusals: [] };
  const { group, kind, namespace } = refOf(backend);
  const server = validationSettings(validation, namespace, 'spec.tls.validation', reads, system);
  const client =
    clientCertificateRef &&
    resolveCertificate(
      clientCertificateRef,
      { group, kind, namespace },
      'spec.tls.clientCertificateRef',
      reads,
      check,
      'InvalidClientCertificateRef',
    );
  const isRefused = client !== undefined && 'accepted' in client;
  const resolvedRefs = both(server.resolvedRefs, isRefused ? client : ACCEPTED);
  if ('accepted' in server.tls) return { tls: server.tls, resolvedRefs, refusals: [server.tls] };
  if (isRefused) return { tls: client, resolvedRefs, refusals: [] };
  const tls: BackendTls = { ...server.tls, client: { certificate: client?.name } };
  return { tls, resolvedRefs, refusals: [] };
}

function both(...verdicts: readonly Verdict[]): Verdict {
  return verdictOf(verdicts.flatMap((verdict) => (verdict.accepted ? [] : [verdict])));
}
