// The changes of `leak.ts`: objects of every kind come, change and go around a small set that stays. Whatever comes has a name that was never
// seen before, so that a table keyed by name that forgets to forget would grow.
import type { KnownObject, ObjectRef } from '../src/resources/index.js';
import { refOf } from '../src/resources/index.js';
import type { StoreChange } from '../src/store/index.js';
import type { Random } from '../e2e/churn/random.js';
import {
  configMap,
  gateway,
  grant,
  listenerSet,
  namespace,
  route,
  secret,
  service,
  slice,
  tlsRoute,
  trafficPolicy,
} from './leak-objects.js';

/** Of each kind of visitor at most so many at a time. */
const MOST_VISITORS = 12;
/** The dear ones: a Gateway is a stream of its own, a poisoned rule is looked for step by step. */
const MOST_DEAR_VISITORS = 2;
const STAYING_ROUTES = 20;
const STAYING_SERVICES = 6;

const stayingService = (index: number): string => `stay-${index}`;

/** The set that stays, as it was in the beginning. */
export function staying(): readonly KnownObject[] {
  return [
    gateway('edge', 'edge-tls'),
    secret('edge-tls', 0),
    ...Array.from({ length: STAYING_SERVICES }, (_, i) => [
      service(stayingService(i), 'default'),
      slice(stayingService(i), 'default', 1),
    ]).flat(),
    ...Array.from({ length: STAYING_ROUTES }, (_, i) =>
      route({ name: `stay-${i}`, service: stayingService(i % STAYING_SERVICES) }),
    ),
  ];
}

/** Objects that come and go together. */
type Visitor = readonly KnownObject[];

export class Changes {
  readonly #random: Random;
  readonly #visitors = new Map<string, Visitor[]>();
  #count = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The next change. */
  next(): StoreChange {
    this.#count += 1;
    const fresh = `v${this.#count}`;
    const { random } = this;
    const kinds: readonly (readonly [number, () => StoreChange])[] = [
      [8, () => this.#comeOrGo('route', () => [route({ name: fresh, service: this.#service() })])],
      [
        2,
        () =>
          this.#comeOrGo('regex', () => [
            route({ name: fresh, service: this.#service(), regex: `/${fresh}/[a-z]+` }),
          ]),
      ],
      [
        1,
        () =>
          this.#comeOrGo('poison', () => [
            route({ name: fresh, service: this.#service(), header: 'poison' }),
          ]),
      ],
      [
        3,
        () =>
          this.#comeOrGo('service', () => [
            service(fresh, 'default'),
            slice(fresh, 'default', 1),
            route({ name: fresh, service: fresh }),
          ]),
      ],
      [
        2,
        () =>
          this.#comeOrGo('policy', () => [
            service(fresh, 'default'),
            trafficPolicy(fresh),
            route({ name: fresh, service: fresh }),
          ]),
      ],
      [
        1,
        () =>
          this.#comeOrGo('set', () => [
            secret(fresh, 0),
            listenerSet(fresh),
            route({ name: fresh, service: this.#service(), gateway: fresh, parentKind: 'ListenerSet' }),
            tlsRoute(fresh, this.#service()),
          ]),
      ],
      [2, () => this.#comeOrGo('grant', () => foreign(fresh))],
      [2, () => this.#comeOrGo('secret', () => [secret(fresh, 0), configMap(fresh)])],
      [
        1,
        () =>
          this.#comeOrGo('gateway', () => [
            gateway(fresh, `${fresh}-tls`),
            secret(`${fresh}-tls`, 0),
            route({ name: fresh, service: this.#service(), gateway: fresh }),
          ]),
      ],
      [
        8,
        () => ({
          upserts: [
            route({
              name: `stay-${random.between(0, STAYING_ROUTES - 1)}`,
              service: this.#service(),
              header: fresh,
            }),
          ],
        }),
      ],
      [8, () => ({ upserts: [slice(this.#service(), 'default', random.between(0, 5))] })],
      [1, () => ({ upserts: [secret('edge-tls', random.between(0, 1))] })],
    ];
    const sum = kinds.reduce((total, [share]) => total + share, 0);
    let left = random.share() * sum;
    for (const [share, make] of kinds) {
      left -= share;
      if (left < 0) return make();
    }
    throw new Error('shares do not add up');
  }

  /** Takes everything back to the set that stays. */
  restore(): StoreChange {
    const gone = [...this.#visitors.values()].flat(2).map(refOf);
    this.#visitors.clear();
    return { deletes: gone, upserts: staying() };
  }

  get random(): Random {
    return this.#random;
  }

  #service(): string {
    return stayingService(this.#random.between(0, STAYING_SERVICES - 1));
  }

  #comeOrGo(kind: string, make: () => Visitor): StoreChange {
    const here = this.#visitors.get(kind) ?? [];
    this.#visitors.set(kind, here);
    const most = kind === 'gateway' || kind === 'poison' ? MOST_DEAR_VISITORS : MOST_VISITORS;
    if (here.length >= most || (here.length > 0 && this.#random.chance(0.5))) {
      const [leaving] = here.splice(this.#random.between(0, here.length - 1), 1);
      return { deletes: (leaving ?? []).map((object): ObjectRef => refOf(object)) };
    }
    const visitor = make();
    here.push(visitor);
    return { upserts: visitor };
  }
}

/** A namespace with a Service that a route elsewhere may use. */
function foreign(name: string): Visitor {
  return [
    namespace(name),
    service('far', name),
    slice('far', name, 1),
    grant(name),
    route({ name, service: 'far', namespace: name }),
  ];
}
