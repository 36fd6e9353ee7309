import type { ApiClient } from '../../src/kubernetes/index.js';

/** Where the API server has a kind. */
interface Place {
  readonly path: string;
  readonly plural: string;
  readonly isNamespaced: boolean;
}

interface Discovery {
  readonly items: readonly {
    readonly metadata: { readonly name?: string };
    readonly versions: readonly {
      readonly version: string;
      readonly resources?: readonly {
        readonly resource: string;
        readonly scope: 'Namespaced' | 'Cluster';
        readonly responseKind: { readonly kind: string };
      }[];
    }[];
  }[];
}

/** All resources in one answer. Source: Kubernetes, aggregated discovery. */
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Paths of objects by their kinds, as the API server tells them. */
export class Kinds {
  readonly #client: ApiClient;
  #places = new Map<string, Place>();

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /**
   * @param kind as `Pod`; `v1/Pod` or `gateway.networking.k8s.io/v1/Gateway` where several groups or versions have it and the first is not meant
   * @param name '' is the list
   * @throws Error when the server has no such kind
   */
  async path(kind: string, namespace: string | undefined, name: string): Promise<string> {
    if (!this.#places.has(kind)) await this.#discover();
    const place = this.#places.get(kind);
    if (place === undefined) throw new Error(`the API server has no kind ${kind}`);
    const { path, plural, isNamespaced } = place;
    if (isNamespaced && namespace === undefined) throw new Error(`${kind} ${name} has no namespace`);
    const scope = isNamespaced ? `/namespaces/${namespace ?? ''}` : '';
    return `${path}${scope}/${plural}${name === '' ? '' : `/${name}`}`;
  }

  async #discover(): Promise<void> {
    const places = new Map<string, Place>();
    for (const path of ['/api', '/apis']) {
      const { items } = (await this.#client.call({ path, accept: AGGREGATED })) as Discovery;
      for (const { metadata, versions } of items)
        for (const { version, resources = [] } of versions) {
          const group = metadata.name ?? '';
          const apiVersion = group === '' ? version : `${group}/${version}`;
          for (const { resource, scope, responseKind } of resources) {
            const { kind } = responseKind;
            const place = {
              path: `${path}/${apiVersion}`,
              plural: resource,
              isNamespaced: scope === 'Namespaced',
            };
            places.set(`${apiVersion}/${kind}`, place);
            if (!places.has(kind)) places.set(kind, place);
          }
        }
    }
    this.#places = places;
  }
}
