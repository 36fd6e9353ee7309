import { describe, expect, it } from '@jest/globals';
import { emptyStore } from '../../store/index.js';
import { objects } from '../testing/given.js';
import { l4EndpointsOf } from './l4-endpoints.js';
import type { L4Locality, L4Share, SecuredModel } from './l4-model.js';

/** Services by name, with the addresses that each has. */
function store(services: Readonly<Record<string, readonly string[]>>) {
  const yaml = Object.entries(services).map(
    ([name, addresses]) => `---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { ports: [{ port: 80 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${name}-1, labels: { kubernetes.io/service-name: ${name} } }
addressType: IPv4
endpoints: [${addresses.map((address) => `{ addresses: [${address}] }`).join(', ')}]
ports: [{ port: 8080 }]
`,
  );
  return emptyStore().apply({ upserts: objects(yaml.join('')) });
}

const service = (name: string) => ({ group: '', kind: 'Service', namespace: 'default', name });

function to(name: string, weight: number, secured?: SecuredModel): L4Share {
  return { weight, target: { kind: 'backend', service: service(name), port: 80, secured } };
}

function refused(weight: number): L4Share {
  const refusal = { accepted: false, reason: 'BackendNotFound', message: '', at: '' } as const;
  return { weight, target: { kind: 'unresolved', refusal } };
}

const SECURED: SecuredModel = {
  digest: 'd',
  tls: { hostname: 'a.test', names: [{ kind: 'dns', value: 'a.test' }], ca: 'ca/default/ca' },
};

/** `locality=weight: address[*weight][ digest]…` of each. */
function localities(
  services: Parameters<typeof store>[0],
  shares: readonly L4Share[],
  tls?: readonly SecuredModel[],
): readonly string[] {
  const cluster = {
    name: 'c',
    route: { ...service('r'), kind: 'TCPRoute' },
    rule: 0,
    transport: 'tcp',
    tls,
  } as const;
  const { localities: all } = l4EndpointsOf({ cluster, shares }, store(services));
  return all.map(text);
}

function text({ name, weight, endpoints }: L4Locality): string {
  const each = endpoints.map((endpoint) => {
    const what =
      'refuses' in endpoint ? 'refuses' : [endpoint.address, endpoint.digest ?? []].flat().join(' ');
    return endpoint.weight === undefined ? what : `${what}*${endpoint.weight}`;
  });
  return `${name}=${weight}: ${each.join(', ')}`;
}

const A = ['10.0.0.1', '10.0.0.2'];
const B = ['10.0.1.1'];

describe('the endpoints of a rule', () => {
  it('are a locality for each backend, with the weight of its shares', () => {
    expect(localities({ a: A, b: B }, [to('a', 70), to('b', 20), to('b', 10)])).toEqual([
      'default/a:80=70: 10.0.0.1, 10.0.0.2',
      'default/b:80=30: 10.0.1.1',
    ]);
  });

  it('are those of a weight of 0 too, so that what is open there stays', () => {
    expect(localities({ a: A, b: B }, [to('a', 0), to('b', 1)])).toEqual([
      'default/a:80=0: 10.0.0.1, 10.0.0.2',
      'default/b:80=1: 10.0.1.1',
    ]);
  });

  it('have one that refuses for all shares that are refused or have none', () => {
    expect(
      localities({ a: A, empty: [] }, [to('a', 5), refused(3), to('empty', 2), to('missing', 1)]),
    ).toEqual(['default/a:80=5: 10.0.0.1, 10.0.0.2', 'refused=6: refuses']);
  });

  it.each([
    ['there is no backend', {}, []],
    ['no backend is there', {}, [refused(2)]],
    ['all weights are 0', { a: A }, [to('a', 0), refused(0)]],
  ])('refuse everything where %s', (_what, services, shares) => {
    const all = localities(services, shares).filter((each) => !each.includes('=0:'));
    expect(all).toHaveLength(1);
    expect(all[0]).toMatch(/^refused=[12]: refuses$/);
  });

  it('that backends have in common have the sum of what each gives them', () => {
    const shared = ['10.0.0.1', '10.0.0.3', '10.0.0.4'];
    expect(localities({ a: A, b: shared }, [to('a', 1), to('b', 1), refused(1)])).toEqual([
      'mixed=1: 10.0.0.1*5, 10.0.0.2*3, 10.0.0.3*2, 10.0.0.4*2, refuses*6',
    ]);
  });

  it('keep their proportions within what Envoy can add up', () => {
    const many = Array.from({ length: 97 }, (_, i) => `10.1.0.${i}`);
    const more = Array.from({ length: 89 }, (_, i) => `10.1.0.${i}`);
    const shares = [to('a', 1_000_000), to('b', 1_000_000), to('c', 1_000_000), refused(1_000_000)];
    const cluster = { name: 'c', route: service('r'), rule: 0, transport: 'tcp', tls: undefined } as const;
    const model = l4EndpointsOf({ cluster, shares }, store({ a: many, b: more, c: many.slice(0, 83) }));
    const weights = (model.localities[0]?.endpoints ?? []).map(({ weight }) => weight ?? 0);
    const sum = weights.reduce((a, b) => a + b, 0);
    expect(sum).toBeLessThanOrEqual(4_294_967_295);
    expect((weights.at(-1) ?? 0) / sum).toBeCloseTo(0.25, 5);
    expect(Math.min(...weights)).toBeGreaterThan(0);
  });

  it('say how they are spoken to, and one that two backends share is secured when one of them is', () => {
    expect(localities({ a: A, b: B }, [to('a', 1, SECURED), to('b', 1)], [SECURED])).toEqual([
      'default/a:80=1: 10.0.0.1 d, 10.0.0.2 d',
      'default/b:80=1: 10.0.1.1 plain',
    ]);
    expect(localities({ a: B, b: B }, [to('a', 1), to('b', 1, SECURED)], [SECURED])).toEqual([
      'mixed=1: 10.0.1.1 d*2',
    ]);
  });
});
