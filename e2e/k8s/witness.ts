import { startReflector, type ApiClient } from '../../src/kubernetes/index.js';
import { clock } from './load/report.js';
import type { Found } from './world.js';

interface Endpoint {
  readonly addresses: readonly string[];
  readonly conditions: Readonly<Record<'ready' | 'serving' | 'terminating', boolean | null | undefined>>;
}

const PATHS: Readonly<Record<string, string>> = {
  pod: '/api/v1/pods',
  slice: '/apis/discovery.k8s.io/v1/endpointslices',
  service: '/api/v1/services',
  lease: '/apis/coordination.k8s.io/v1/leases',
};

/** Follows what may explain a request that fails: pods, endpoints and Services of some namespaces, and who leads. */
export class Witness {
  readonly #lines: string[] = [];
  readonly #last = new Map<string, string>();
  readonly #reflectors;

  constructor(client: ApiClient, namespaces: readonly string[]) {
    this.#reflectors = Object.entries(PATHS).map(([kind, path]) =>
      startReflector<Found>({
        client,
        path,
        onState: () => undefined,
        onChange: ({ upserts, deletes }) => {
          for (const { object } of upserts)
            if (namespaces.includes(object.metadata.namespace ?? ''))
              this.#note(`${kind} ${object.metadata.name}`, told(kind, object));
          for (const { metadata } of deletes)
            if (namespaces.includes(metadata.namespace ?? '')) this.#note(`${kind} ${metadata.name}`, 'gone');
        },
      }),
    );
  }

  /** What it has seen, a line for each change. */
  end(): string {
    for (const reflector of this.#reflectors) reflector.stop();
    return this.#lines.join('\n');
  }

  #note(name: string, text: string): void {
    if (this.#last.get(name) === text) return;
    this.#last.set(name, text);
    this.#lines.push(`  ${clock(Date.now())} ${name}: ${text}`);
  }
}

function told(kind: string, { metadata, spec, status, ...more }: Found): string {
  switch (kind) {
    case 'pod': {
      const ready = status?.conditions?.find(({ type }) => type === 'Ready');
      const containers = (status?.['containerStatuses'] ?? []) as readonly {
        readonly restartCount: number;
      }[];
      const restarts = containers.map(({ restartCount }) => restartCount).join(' ');
      const ending = metadata.deletionTimestamp === undefined ? '' : ', ending';
      return `${String(status?.['podIP'])} ready ${ready?.status ?? 'unknown'}, restarts ${restarts}${ending}`;
    }
    case 'slice': {
      const { endpoints } = more as { readonly endpoints?: readonly Endpoint[] | null };
      const each = (endpoints ?? []).map(
        ({ addresses, conditions }) =>
          `${addresses.join()} ${Object.entries(conditions)
            .filter(([, is]) => is === true)
            .map(([name]) => name)
            .join(' ')}`,
      );
      return each.toSorted().join(', ');
    }
    case 'service':
      return JSON.stringify([metadata.uid, spec['ports'], status?.['loadBalancer']]);
    default:
      return String(spec['holderIdentity']);
  }
}
