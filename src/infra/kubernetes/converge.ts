import { isDeepStrictEqual } from 'node:util';
import { apply, ApiError, remove, type ApiClient, type ServerObject } from '../../kubernetes/index.js';
import type { Metrics } from '../../telemetry/index.js';
import { digestOf, isCovered, part } from './compare.js';
import type { DesiredGateway } from './desired.js';
import { ANNOTATIONS, LABELS, MANAGED_BY, saidFleet } from './names.js';
import { pathOf, type InfraKind, type InfraObject } from './objects/infra-object.js';
import type { Owned, OwnedObject } from './owned.js';

/** One object that could not be made what it should be. */
export interface InfraFailure {
  readonly kind: InfraKind;
  readonly name: string;
  /** `invalid`: the API server does not take it as it is; `taken`: another object has the name; `refused`: anything else. */
  readonly because: 'invalid' | 'taken' | 'refused';
  /** In the server's words. */
  readonly message: string;
}

export interface Converged {
  readonly failures: readonly InfraFailure[];
  /** Objects that others had changed or deleted, and that are as they should be again. */
  readonly repaired: number;
  /** Objects that were written or deleted. */
  readonly written: number;
}

export interface Converger {
  /**
   * Makes what there is of a Gateway what it should be: what differs is applied, in this order, and then what nobody wants any more is deleted. Nothing is written
   * that is as it was applied. One failure keeps nothing else.
   * @param isLeader asked before each write
   */
  converge(
    gateway: Pick<DesiredGateway, 'fleet' | 'uid'>,
    wanted: readonly InfraObject[],
    isLeader: () => boolean,
  ): Promise<Converged>;
  /** Nothing is left of what was made for it. */
  forget(fleet: string): void;
}

interface ConvergerOptions {
  readonly client: ApiClient;
  readonly owned: Owned;
  readonly metrics: Pick<Metrics, 'add'>;
}

/** What became of an object that was applied. */
interface Accepted {
  /** Of what was applied. */
  readonly digest: string;
  /** The same fields, as the server has them. */
  readonly as: unknown;
}

/** Keeps the replicas that a Deployment has while they pass from us to an autoscaler: a field that nobody applies falls to its default, 1. */
const HANDOVER = 'windlass-replicas';

export function createConverger({ client, owned, metrics }: ConvergerOptions): Converger {
  /** What became of what was applied, as the server has it: by Gateway and path of the object. */
  const accepted = new Map<string, Map<string, Accepted>>();
  const acceptedAs = ({ kind, metadata }: InfraObject): Accepted | undefined =>
    accepted.get(saidFleet(metadata) ?? '')?.get(pathOf(kind, metadata.namespace, metadata.name));

  const isAsApplied = (object: InfraObject, actual: OwnedObject): boolean => {
    const digest = object.metadata.annotations[ANNOTATIONS.applied] ?? '';
    if (actual.metadata.annotations?.[ANNOTATIONS.applied] !== digest) return false;
    const known = acceptedAs(object);
    return known?.digest === digest
      ? isDeepStrictEqual(part(actual, object), known.as)
      : isCovered(object, actual);
  };

  const write = async (object: InfraObject, actual: OwnedObject | undefined): Promise<void> => {
    const { kind, metadata } = object;
    const { namespace, name } = metadata;
    const path = pathOf(kind, namespace, name);
    if (actual !== undefined && passesToAutoscaler(object, actual)) await handOver(actual, path);
    const answer = await owned.write(kind, namespace, name, () => apply(client, path, object));
    metrics.add('windlass_infra_writes_total', { kind, operation: 'apply' });
    const fleet = saidFleet(metadata) ?? '';
    const ofFleet = accepted.get(fleet) ?? new Map<string, Accepted>();
    const digest = metadata.annotations[ANNOTATIONS.applied] ?? '';
    accepted.set(fleet, ofFleet.set(path, { digest, as: part(answer, object) }));
  };

  const passesToAutoscaler = ({ kind, spec, metadata }: InfraObject, actual: OwnedObject): boolean =>
    kind === 'Deployment' &&
    spec?.['replicas'] === undefined &&
    actual.spec?.['replicas'] !== undefined &&
    owned.get('HorizontalPodAutoscaler', metadata.namespace, metadata.name) === undefined;

  const handOver = async ({ kind, metadata, spec }: OwnedObject, path: string): Promise<void> => {
    const { name, namespace } = metadata;
    const replicas = { replicas: spec?.['replicas'] };
    const held = { apiVersion: 'apps/v1', kind, metadata: { name, namespace }, spec: replicas };
    await apply(client, path, held, { fieldManager: HANDOVER });
  };

  /** Who has the name already, before anything is made: what is not ours is not touched. */
  const isTaken = async ({ kind, metadata }: InfraObject, uid: string, fleet: string): Promise<boolean> => {
    try {
      const path = pathOf(kind, metadata.namespace, metadata.name);
      const found = (await client.call({ path })) as ServerObject & {
        readonly metadata: { readonly ownerReferences?: readonly { readonly uid?: string }[] };
      };
      return !isOurs(found, uid, fleet);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return false;
      throw error;
    }
  };

  const bring = async (
    object: InfraObject,
    { fleet, uid }: Pick<DesiredGateway, 'fleet' | 'uid'>,
  ): Promise<'unchanged' | 'applied' | 'repaired' | 'taken'> => {
    const { kind, metadata } = object;
    const actual = owned.get(kind, metadata.namespace, metadata.name);
    if (actual === undefined) {
      if (await isTaken(object, uid, fleet)) return 'taken';
      const wasThere = acceptedAs(object) !== undefined;
      await write(object, undefined);
      return wasThere ? 'repaired' : 'applied';
    }
    if (saidFleet(actual.metadata) !== fleet && !isOurs(actual, uid, fleet)) return 'taken';
    if (isAsApplied(object, actual)) return 'unchanged';
    const isDrift = acceptedAs(object)?.digest === object.metadata.annotations[ANNOTATIONS.applied];
    await write(object, actual);
    return isDrift ? 'repaired' : 'applied';
  };

  const drop = async (object: OwnedObject): Promise<void> => {
    const { kind, metadata } = object;
    const { namespace = '', name, uid } = metadata;
    const path = pathOf(kind, namespace, name);
    await owned.write(kind, namespace, name, async () => {
      await remove(client, path, uid);
      return undefined;
    });
    metrics.add('windlass_infra_writes_total', { kind, operation: 'remove' });
    accepted.get(saidFleet(metadata) ?? '')?.delete(path);
  };

  return {
    converge: async (gateway, wanted, isLeader) => {
      const failures: InfraFailure[] = [];
      const counts = { repaired: 0, written: 0 };
      const attempt = async (
        kind: InfraKind,
        name: string,
        act: () => Promise<'unchanged' | 'applied' | 'repaired' | 'taken'>,
      ): Promise<void> => {
        if (!isLeader()) return;
        try {
          const outcome = await act();
          if (outcome === 'taken') failures.push(taken(kind, name));
          if (outcome === 'applied' || outcome === 'repaired') counts.written += 1;
          if (outcome === 'repaired') counts.repaired += 1;
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          metrics.add('windlass_infra_failures_total', { kind });
          failures.push(failureOf(kind, name, error));
        }
      };
      const objects = wanted.filter(({ kind }) => kind !== 'PodMonitor' || owned.isServed(kind)).map(marked);
      for (const object of objects)
        await attempt(object.kind, object.metadata.name, () => bring(object, gateway));
      for (const object of unwanted(owned.ofFleet(gateway.fleet), objects, owned))
        await attempt(object.kind, object.metadata.name, async () => {
          await drop(object);
          return 'applied';
        });
      return { failures, ...counts };
    },
    forget: (fleet) => void accepted.delete(fleet),
  };
}

/** With a digest of all of it, by which a later process tells that nothing has to be written. */
function marked(object: InfraObject): InfraObject {
  const { metadata } = object;
  const annotations = { ...metadata.annotations, [ANNOTATIONS.applied]: digestOf(object) };
  return { ...object, metadata: { ...metadata, annotations } };
}

interface Owner {
  readonly ownerReferences?: readonly { readonly uid?: string }[];
}

/** The Gateway owns it, or it says that it is that Gateway's and ours: labels and owners can each be taken off. */
function isOurs({ metadata }: ServerObject, uid: string, fleet: string): boolean {
  const { ownerReferences = [] } = metadata as Owner;
  if (ownerReferences.some((owner) => owner.uid === uid)) return true;
  return metadata.labels?.[LABELS.managedBy] === MANAGED_BY && saidFleet(metadata) === fleet;
}

/**
 * Objects of the Gateway that it needs no more. What runs its pods goes only when what runs them instead has a pod that serves: a Deployment that becomes a
 * DaemonSet costs no request.
 */
function unwanted(
  objects: readonly OwnedObject[],
  wanted: readonly InfraObject[],
  owned: Owned,
): readonly OwnedObject[] {
  const names = new Set(wanted.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  const workload = wanted.find(({ kind }) => isWorkload(kind));
  const successor = workload && owned.get(workload.kind, workload.metadata.namespace, workload.metadata.name);
  return objects.filter((object) => {
    if (names.has(`${object.kind} ${object.metadata.name}`)) return false;
    if (object.metadata.deletionTimestamp !== undefined) return false;
    return !isWorkload(object.kind) || workload === undefined || !serves(object) || serves(successor);
  });
}

function isWorkload(kind: InfraKind): boolean {
  return kind === 'Deployment' || kind === 'DaemonSet';
}

function serves(object: OwnedObject | undefined): boolean {
  const count = object?.status?.[object.kind === 'DaemonSet' ? 'numberAvailable' : 'availableReplicas'];
  return typeof count === 'number' && count > 0;
}

function taken(kind: InfraKind, name: string): InfraFailure {
  const message = `${kind} ${name} exists and is not this Gateway's: it is left alone; delete or rename it, or rename the Gateway`;
  return { kind, name, because: 'taken', message };
}

function failureOf(kind: InfraKind, name: string, { status, message }: ApiError): InfraFailure {
  const isInvalid = status === 400 || status === 422;
  const isFixed = isInvalid && /immutable|may not (change|be changed)|cannot be changed/i.test(message);
  const help = isFixed
    ? `; that cannot be changed once it is there: take the change back, or delete ${kind} ${name}, and it is made anew`
    : '';
  return { kind, name, because: isInvalid ? 'invalid' : 'refused', message: `${message}${help}` };
}
