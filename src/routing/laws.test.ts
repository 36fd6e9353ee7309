import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import '../collections/testing/by-entries.js';
import { given, objects, type Scenario } from './testing/given.js';
import { callsTo, gateway, grpcRoute, HTTP, route, services, to } from './testing/yaml.js';

const base = objects(
  gateway(HTTP, '{ name: b, port: 80, protocol: HTTP, hostname: "*.b.test" }') + services('a', 'b'),
);
const hostnames = ['b.test', '*.b.test', 'x.b.test', '*.test', 'c.test'];

/** Of a path, the method of the calls that a GRPCRoute of the same name takes. */
const SERVICES = { '/': '', '/x': '{ service: x }', '/x/y': '{ service: x, method: y }' } as const;

const someRoute = fc
  .record({
    name: fc.constantFrom('p', 'q', 'r', 's'),
    kinds: fc.constantFrom('HTTPRoute', 'both'),
    hosts: fc.subarray(hostnames, { maxLength: 2 }),
    backends: fc.array(
      fc.tuple(
        fc.constantFrom('a', 'b', 'none'),
        fc.constantFrom('/' as const, '/x' as const, '/x/y' as const),
      ),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
  })
  .map(({ name, hosts, kinds, backends }) => {
    const options = hosts.length === 0 ? {} : { hostnames: hosts };
    const rules = backends.map(([backend, prefix]) => to(backend, prefix));
    if (kinds === 'HTTPRoute') return objects(route(name, options, ...rules));
    const calls = backends.map(([backend, prefix]) => callsTo(backend, SERVICES[prefix]));
    return objects(route(name, options, ...rules) + grpcRoute(name, options, ...calls));
  });

const someRoutes = fc
  .uniqueArray(someRoute, { selector: ([r]) => r?.metadata.name, maxLength: 4 })
  .map((lists) => lists.flat());

const served = (s: Scenario): unknown => [s.fleet(), s.gateway().listeners, s.model().routes];

describe('laws of the translation', () => {
  it('the model does not depend on the order in which objects came', () => {
    fc.assert(
      fc.property(someRoutes, fc.array(fc.nat(), { minLength: 12, maxLength: 12 }), (routes, keys) => {
        const forth = given('').put(...base, ...routes);
        const shuffled = [...base, ...routes]
          .map((object, i) => ({ object, key: keys[i] ?? 0 }))
          .toSorted((x, y) => x.key - y.key);
        const back = given('');
        for (const { object } of shuffled) {
          back.put(object);
          back.model();
        }
        expect(served(back)).toEqual(served(forth));
      }),
      { numRuns: 60 },
    );
  });

  it('what is built step by step equals what is built at once, and unrelated objects change nothing', () => {
    const unrelated = objects(
      services('unrelated') + '---\n{ apiVersion: v1, kind: Namespace, metadata: { name: far } }\n',
    );
    fc.assert(
      fc.property(someRoutes, someRoutes, (before, after) => {
        const steps = given('').put(...base, ...before);
        steps.model();
        for (const { kind, metadata } of before)
          if (!after.some((o) => o.kind === kind && o.metadata.name === metadata.name))
            steps.remove(kind, metadata.name);
        steps.put(...after);
        expect(served(steps)).toEqual(served(given('').put(...base, ...after)));
        const model = steps.model();
        expect(steps.put(...unrelated).model()).toBe(model);
      }),
      { numRuns: 60 },
    );
  });
});
