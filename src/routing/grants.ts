import type { ReferenceGrant } from '../resources/index.js';
import type { Reads } from '../store/index.js';

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

/** Whether the reference stays in its namespace, or a grant beside its target allows it. Says nothing about existence. */
export function isPermitted(from: ReferenceFrom, to: ReferenceTo, reads: Pick<Reads, 'grantsIn'>): boolean {
  if (from.namespace === to.namespace) return true;
  return reads
    .grantsIn(to.namespace)
    .values()
    .some((grant) => permits(grant, from, to));
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
