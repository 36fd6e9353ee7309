import type { ObjectMeta } from '../resources/index.js';

/** Annotation of a Gateway: names of ServiceAccounts of its own namespace, separated by commas, whose Envoys may have its configuration. */
export const SERVICE_ACCOUNTS_ANNOTATION = 'windlass.io/xds-service-accounts';

/**
 * Fleets of the ServiceAccounts that Gateways name for Envoys that others run, as `namespace/serviceAccount` → `namespace/gateway`. A Gateway names only those of
 * its own namespace, so that nobody can point another team's Envoys at a configuration of theirs. Of two Gateways that name the same one the older has it.
 */
export function externalFleets(
  gateways: Iterable<{ readonly metadata: ObjectMeta }>,
): ReadonlyMap<string, string> {
  const fleets = new Map<string, string>();
  const oldestFirst = [...gateways].toSorted((a, b) => (ageOf(a) < ageOf(b) ? -1 : 1));
  for (const { metadata } of oldestFirst) {
    const namespace = metadata.namespace ?? '';
    for (const named of metadata.annotations?.[SERVICE_ACCOUNTS_ANNOTATION]?.split(',') ?? []) {
      const account = `${namespace}/${named.trim()}`;
      if (named.trim() !== '' && !fleets.has(account)) fleets.set(account, `${namespace}/${metadata.name}`);
    }
  }
  return fleets;
}

/** Smaller for the older one; the name decides between two of one moment. */
function ageOf({ metadata }: { readonly metadata: ObjectMeta }): string {
  return `${metadata.creationTimestamp ?? ''} ${metadata.namespace ?? ''}/${metadata.name}`;
}
