import type { AnyService, ObjectRef } from '../resources/index.js';
import type { Reads } from '../store/index.js';

/** What is referred to as a Service, of this cluster or of several. @param ref of kind Service or ServiceImport */
export function anyServiceOf(
  { kind, namespace, name }: Pick<ObjectRef, 'kind' | 'namespace' | 'name'>,
  reads: Reads,
): AnyService | undefined {
  return reads.get(kind === 'ServiceImport' ? 'ServiceImport' : 'Service', namespace, name);
}
