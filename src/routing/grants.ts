import { displayRef, type ReferenceGrant } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import type { Fleet, Permit } from './model.js';

// Source: Gateway API, ReferenceGrant; DESIGN D17.

export interface ReferenceFrom {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
}

export interface ReferenceTo {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** In words: no grant allows the reference. */
export function notGranted(from: Pick<ReferenceFrom, 'kind' | 'namespace'>, to: ReferenceTo): string {
  const kinds = from.kind.endsWith('y') ? `${from.kind.slice(0, -1)}ies` : `${from.kind}s`;
  return `no ReferenceGrant in namespace ${to.namespace} lets ${kinds} of ${from.namespace} refer to ${displayRef(to)}`;
}

/** Whether the reference stays in its namespace, or a grant beside its target allows it. Says nothing about existence. */
export function isPermitted(
  from: ReferenceFrom,
  to: ReferenceTo,
  reads: Pick<Reads, 'inNamespace'>,
): boolean {
  if (from.namespace === to.namespace) return true;
  return reads
    .inNamespace('ReferenceGrant', to.namespace)
    .values()
    .some((grant) => permits(grant, from, to));
}

/** The permission that a reference out of its namespace relies on: one line of seven words; no name of Kubernetes holds a space. */
export function permitFor(from: ReferenceFrom, to: ReferenceTo): Permit | undefined {
  if (from.namespace === to.namespace) return undefined;
  return [from.group, from.kind, from.namespace, to.group, to.kind, to.namespace, to.name].join(' ');
}

/** Do the grants, by namespace, still give a permission that was relied on before? */
export function isStillGranted(permit: Permit, grants: Fleet['grants']): boolean {
  const [fromGroup = '', fromKind = '', fromNamespace = '', ...target] = permit.split(' ');
  const [group = '', kind = '', namespace = '', name = ''] = target;
  const from = { group: fromGroup, kind: fromKind, namespace: fromNamespace };
  return [...(grants.get(namespace)?.values() ?? [])].some((grant) =>
    permits(grant, from, { group, kind, namespace, name }),
  );
}

function permits({ spec }: ReferenceGrant, from: ReferenceFrom, to: ReferenceTo): boolean {
  return (
    spec.from.some((f) => f.group === from.group && f.kind === from.kind && f.namespace === from.namespace) &&
    spec.to.some(
      (t) =>
        t.group === to.group &&
        t.kind === to.kind &&
        (t.name === undefined || t.name === '' || t.name === to.name),
    )
  );
}
