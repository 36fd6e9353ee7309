import type { KubeObject } from '../resources/index.js';
import { createdAt } from './precedence.js';

/** Which of two policies of one kind and namespace is in force: the older one, then the first by name. Source: GEP-713. */
export function byPrecedence(a: KubeObject, b: KubeObject): number {
  const [older, younger] = [createdAt(a.metadata.creationTimestamp), createdAt(b.metadata.creationTimestamp)];
  if (older !== younger) return older < younger ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
