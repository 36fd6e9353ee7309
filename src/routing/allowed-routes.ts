import type { AllowedRoutes } from '../resources/index.js';
import type { Reads } from '../store/index.js';
import { selects } from './label-selector.js';

/** The label every namespace has in a cluster; files need not write it. */
const NAME_LABEL = 'kubernetes.io/metadata.name';

/**
 * Whether a listener of `ownNamespace` takes routes of `routeNamespace`. A Selector without a selector takes none; a namespace
 * that is not known has only its name as a label. Source: Gateway API, RouteNamespaces.
 */
export function allowsNamespace(
  allowed: AllowedRoutes | undefined,
  ownNamespace: string,
  routeNamespace: string,
  reads: Pick<Reads, 'get'>,
): boolean {
  const from = allowed?.namespaces?.from ?? 'Same';
  switch (from) {
    case 'All':
      return true;
    case 'Same':
      return ownNamespace === routeNamespace;
    case 'None':
      return false;
    case 'Selector': {
      const selector = allowed?.namespaces?.selector;
      const labels = reads.get('Namespace', '', routeNamespace)?.metadata.labels ?? {};
      return selector !== undefined && selects(selector, { ...labels, [NAME_LABEL]: routeNamespace });
    }
  }
}
