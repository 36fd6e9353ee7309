import { memoByIdentity } from '../collections/index.js';
import type { Gateway, Listener } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import { unsupportedCa } from './ca-bundle.js';
import { bundleName, caFault, caSource, sourcesOf, type CaSource } from './ca-references.js';
import { isPermitted, notGranted } from './grants.js';
import type { ClientValidation } from './client-validation-model.js';
import type { Fleet, Permit, Refusal } from './model.js';
import { messagesOf, refusal } from './refusals.js';

// What clients have to present. Source: Gateway API, GatewaySpec.tls.frontend; v1.1 had it on the listener, and ingest moves it here.

export interface ClientValidationOutcome {
  /** What is in force; undefined: nothing is asked for, or nothing can be verified. */
  readonly validation: ClientValidation | undefined;
  /** Of references that are no good (ListenerConditionResolvedRefs); clients are verified by the others. */
  readonly refusals: readonly Refusal[];
  /** Something is asked for and nothing is left to verify by: the listener lets nobody in (ListenerConditionAccepted). */
  readonly refused: Refusal | undefined;
}

const NOTHING: ClientValidationOutcome = { validation: undefined, refusals: [], refused: undefined };

/** Of a Gateway, for its ListenerSets too. */
export interface Frontend {
  /** The Gateway's: its references mean it, and are permitted to it. */
  readonly namespace: string;
  readonly frontend: NonNullable<Gateway['spec']['tls']>['frontend'];
}

/** What a port's own configuration, or else the default one, means for a listener that terminates TLS. */
export function clientValidationOf(
  { namespace, frontend }: Frontend,
  { port }: Pick<Listener, 'port'>,
  reads: Reads,
): ClientValidationOutcome {
  const index = frontend?.perPort?.findIndex((each) => each.port === port) ?? -1;
  const own = frontend?.perPort?.[index];
  const validation = (own === undefined ? frontend?.default : own.tls)?.validation;
  if (validation === undefined) return NOTHING;
  const field = own === undefined ? 'default' : `perPort[${index}].tls`;
  const at = `spec.tls.frontend.${field}.validation.caCertificateRefs`;
  const sources: CaSource[] = [];
  const refusals: Refusal[] = [];
  let some = false;
  for (const [i, ref] of validation.caCertificateRefs.entries()) {
    const refuse = (reason: string, message: string) =>
      refusals.push(refusal(reason, message, `${at}[${i}]`));
    const source = caSource(ref, namespace);
    if (source === undefined) {
      refuse('InvalidCACertificateKind', unsupportedCa(ref));
      continue;
    }
    if (!isGranted(source, namespace, reads)) {
      refuse('RefNotPermitted', notGranted({ kind: 'Gateway', namespace }, { group: '', ...source }));
      continue;
    }
    sources.push(source);
    const fault = caFault(source, reads);
    if (fault === undefined) some = true;
    else refuse('InvalidCACertificateRef', fault);
  }
  if (!some) {
    const refused = refusal('NoValidCACertificate', `no client can be verified: ${messagesOf(refusals)}`, at);
    return { validation: undefined, refusals, refused };
  }
  const mode = validation.mode ?? 'AllowValidOnly';
  return { validation: { ca: bundleName(sources), mode }, refusals, refused: undefined };
}

function isGranted({ kind, namespace, name }: CaSource, from: string, reads: Reads): boolean {
  if (kind === 'ClusterTrustBundle') return true;
  return isPermitted(
    { group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: from },
    { group: '', kind, namespace, name },
    reads,
  );
}

const CLIENTS = 'clients';

/**
 * What letting clients in by a chain of a port relies on: that nothing more is asked of them by now. It is said of the port, as validation is: chains come and
 * go with the names of listeners, and one in clear text stands where one that verifies comes. Beside {@link isStillOpen}.
 */
export function clientPermit(port: number, validation: ClientValidation | undefined): Permit {
  return `${CLIENTS} ${port} ${validation?.mode ?? ''} ${validation?.ca ?? ''}`;
}

/**
 * Undefined: the permit is about something else. Whoever was let in by the chain would be let in still: nobody is verified, or by all the CAs that counted
 * then; but nobody while clients are to be verified and cannot be. A port on which no TLS is ended any more asks nothing.
 */
export function isStillOpen(permit: Permit, ports: Fleet['ports']): boolean | undefined {
  const [sort, port = '', mode = '', ca = ''] = permit.split(' ');
  if (sort !== CLIENTS) return undefined;
  const now = validationsOf(ports).get(port);
  if (now === 'unverifiable') return false;
  if (now?.mode !== 'AllowValidOnly') return true;
  if (mode !== 'AllowValidOnly') return false;
  const current = new Set(sourcesOf(now.ca).map(textOf));
  return sourcesOf(ca).every((source) => current.has(textOf(source)));
}

/** What the listeners of each port that end TLS ask for: all of a port the same. */
const validationsOf = memoByIdentity(
  (ports: Fleet['ports']): ReadonlyMap<string, ClientValidation | 'unverifiable'> =>
    new Map(
      ports.flatMap(({ port, tables, streams, unverifiable }) => {
        const asked = unverifiable
          ? 'unverifiable'
          : [...tables.map(({ listener }) => listener), ...streams]
              .map((each) => each?.clientValidation)
              .find((each) => each !== undefined);
        return asked === undefined ? [] : [[String(port), asked] as const];
      }),
    ),
);

function textOf({ kind, namespace, name }: CaSource): string {
  return `${kind} ${namespace} ${name}`;
}
