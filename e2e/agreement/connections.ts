import fc from 'fast-check';
import type { ConnectionEvaluation, Fleet } from '../../src/routing/index.js';
import { CLIENTS, hostnames, PASSED, SECURE } from './pools.js';

/** Listeners of protocol TLS, on a port of their own or beside HTTPS. */
export const tlsListeners = fc.uniqueArray(
  fc.record({
    hostname: fc.constantFrom('', '*.example.com', 'a.example.com', 'p.example.com', '*.b.example.com'),
    mode: fc.constantFrom('Passthrough', 'Terminate'),
    port: fc.constantFrom(PASSED, PASSED, PASSED, SECURE),
  }),
  { selector: ({ hostname, port }) => `${hostname} ${port}`, minLength: 1, maxLength: 3 },
);

/** TLSRoutes. */
export const tlsRoutes = fc.array(
  fc.record({
    hostnames: fc.uniqueArray(fc.constantFrom(...hostnames, 'p.example.com'), { minLength: 1, maxLength: 3 }),
    created: fc.constantFrom(undefined, '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'),
    parent: fc.constantFrom<{ readonly sectionName?: string; readonly port?: number }>(
      {},
      {},
      { sectionName: 'tls-0' },
      { sectionName: 'tls-1' },
      { port: PASSED },
    ),
    backendRefs: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom('left', 'left', 'right', 'missing', 'forbidden'),
        weight: fc.constantFrom(1, 1, 1, 3, 0),
      }),
      { selector: ({ name }) => name, minLength: 1, maxLength: 2 },
    ),
  }),
  { minLength: 1, maxLength: 3 },
);

/** Of each configuration. */
export const CONNECTIONS = 4;

export const connections = fc.array(
  fc.record({
    port: fc.constantFrom(PASSED, PASSED, PASSED, SECURE),
    sni: fc.constantFrom<string | undefined>(
      undefined,
      'a.example.com',
      'b.example.com',
      'P.Example.Com',
      'x.b.example.com',
      'y.z.example.com',
      'other.test',
      'nobody.test',
    ),
    client: fc.constantFrom(...CLIENTS),
    /** See `aimConnection`. */
    aim: fc.noBias(fc.nat({ max: 2 ** 20 })),
  }),
  { minLength: CONNECTIONS, maxLength: CONNECTIONS },
);

export type RandomConnection = typeof connections extends fc.Arbitrary<readonly (infer T)[]> ? T : never;

/** What the evaluator foretells of a connection, as `firstLine` tells it: one of these. Undefined: its requests are looked at one by one. */
export function foretold(fleet: Fleet, evaluation: ConnectionEvaluation): readonly string[] | undefined {
  switch (evaluation.kind) {
    case 'http':
      return undefined;
    case 'refused':
      return ['refused'];
    case 'forward': {
      const streams = fleet.ports.flatMap((port) => port.streams);
      const stream = streams.find(({ listener }) => listener === evaluation.listener);
      const how = stream?.certificates === undefined ? 'tls' : 'plain';
      return evaluation.shares.map(({ target }) =>
        target.kind === 'unresolved' ? 'refused' : `${target.service.name} ${how}`,
      );
    }
  }
}
