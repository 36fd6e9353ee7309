import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { httpRoute, prefix, rule } from '../harness/routes.js';
import { openSite, type Site } from '../harness/site.js';
import { gateway } from '../harness/yaml.js';

// Services of every kind, and what HTTPRouteServiceTypes of the conformance suite asks for: what counts is the EndpointSlices and their port,
// never the Service's address or port.

const service = (name: string, spec: string): string => `
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { ${spec} }
`;
const slice = (of: string, name: string, family: string, address: string, port: number): string => `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${name}, labels: { kubernetes.io/service-name: ${of} } }
addressType: ${family}
endpoints: [{ addresses: ["${address}"] }]
ports: [{ name: http, port: ${port} }]
`;

const PORTS = 'ports: [{ name: http, port: 8080, targetPort: 3000 }]';
const SERVICES = {
  plain: service('plain', PORTS),
  'with-address': service('with-address', `clusterIP: 10.96.0.10, ${PORTS}`),
  headless: service('headless', `clusterIP: None, ${PORTS}`),
  'headless-without-target-port': service(
    'headless-without-target-port',
    'clusterIP: None, ports: [{ name: http, port: 8080 }]',
  ),
  selecting: service('selecting', `selector: { app: any }, ${PORTS}`),
} as const;

let site: Site;
let six: Server;

beforeAll(async () => {
  six = createServer((_request, response) => response.end('six'));
  await once(six.listen(0, '::1'), 'listening');
  const { port: sixPort } = six.address() as AddressInfo;
  const names = Object.keys(SERVICES);
  site = await openSite({
    backends: ['one', 'two'],
    objects: (port) => [
      gateway('edge', 8080),
      ...Object.values(SERVICES),
      ...names.flatMap((name) => [
        slice(name, `${name}-1`, 'IPv4', '127.0.0.1', port('one')),
        slice(name, `${name}-2`, 'IPv4', '127.0.0.1', port('two')),
        slice(name, `${name}-3`, 'IPv6', '::1', sixPort),
      ]),
      httpRoute('types', {}, ...names.map((name) => rule([prefix(`/${name}`)], name).replace('port: 80 ', 'port: 8080 '))),
    ], // prettier-ignore
  });
}, 60_000);

afterAll(async () => {
  await site.close();
  six.closeAllConnections();
  await once(six.close(), 'close');
}, 60_000);

describe('a Service', () => {
  it.each(Object.keys(SERVICES))('that is %s is served by the endpoints of all its slices, of both families', async (name) => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => site.get({ path: `/${name}/x` })));
    const met = answers.map(({ echo, body }) => echo?.backend ?? body);
    expect(new Set(met)).toEqual(new Set(['one', 'two', 'six']));
  }); // prettier-ignore
});
