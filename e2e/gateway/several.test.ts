import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { call, startGrpcBackend, type GrpcBackend } from '../harness/grpc.js';
import { gatewayOf, grpcRoute, httpRoute, prefix, rule } from '../harness/routes.js';
import { openSite, type Site } from '../harness/site.js';
import { service } from '../harness/yaml.js';

// Several Gateways, and what HTTPRouteMultipleGateways, GRPCRouteMultipleGateways and GRPCRouteListenerHostnameMatching of the conformance suite
// ask for.

const PORT = 8080;
const METHODS = ['/shop.Cart/Add', '/shop.Cart/List', '/shop.Orders/Place'];

const http = (hostname: string): string =>
  `{ name: ${hostname.replace('*', 'any').replaceAll('.', '-')}, port: ${PORT}, protocol: HTTP, hostname: "${hostname}" }`;
const catchAll = `{ name: http, port: ${PORT}, protocol: HTTP }`;
const both = ['{ name: left }', '{ name: right }'];
const on = (method: string): string => `{ method: { service: shop.Cart, method: ${method} } }`;

let site: Site;
let servers: readonly GrpcBackend[];

beforeAll(async () => {
  servers = await Promise.all(['one', 'two', 'three'].map((name) => startGrpcBackend(name, METHODS)));
  site = await openSite({
    backends: ['one', 'two', 'three'],
    gateways: ['left', 'right', 'hosts'],
    objects: [
      gatewayOf('left', [catchAll]),
      gatewayOf('right', [catchAll]),
      gatewayOf('hosts', ['bar.test', 'foo.bar.test', '*.bar.test', '*.foo.test'].map(http)),
      ...servers.map(({ name, port }) => service(`${name}-calls`, port)),
      httpRoute('shared', { parents: both }, rule([prefix('/shared')], 'one')),
      httpRoute('left', { parents: ['{ name: left }'] }, rule([prefix('/left')], 'two')),
      httpRoute('right', { parents: ['{ name: right }'] }, rule([prefix('/right')], 'three')),
      httpRoute('foreign', { parents: ['{ name: left }', '{ name: absent }'] }, rule([prefix('/foreign')], 'one')),
      grpcRoute('shared', { parents: both }, rule([on('Add')], 'one-calls')),
      grpcRoute('left', { parents: ['{ name: left }'] }, rule([on('List')], 'two-calls')),
      grpcRoute('right', { parents: ['{ name: right }'] }, rule([on('List')], 'three-calls')),
      grpcRoute('of-bar', { parents: ['{ name: hosts, sectionName: bar-test }'] }, rule([], 'one-calls')),
      grpcRoute('of-foo-bar', { parents: ['{ name: hosts, sectionName: foo-bar-test }'] }, rule([], 'two-calls')),
      grpcRoute('of-wildcards', { parents: ['{ name: hosts, sectionName: any-bar-test }', '{ name: hosts, sectionName: any-foo-test }'] }, `{ name: by-name, ${rule([], 'three-calls').slice(1)}`),
    ], // prettier-ignore
  });
}, 60_000);

afterAll(async () => {
  await site.close();
  for (const server of servers) server.close();
}, 60_000);

async function met(gateway: string, path: string, host = 'any.test'): Promise<string> {
  const address = await site.windlass.address(gateway);
  const { status, echo } = await call({ address, port: PORT, host, path });
  return echo?.backend ?? status;
}

describe('routes of several Gateways', () => {
  it.each([
    ['left', '/shared', 'one'],
    ['right', '/shared', 'one'],
    ['left', '/left', 'two'],
    ['right', '/left', '404'],
    ['left', '/right', '404'],
    ['right', '/right', 'three'],
    ['left', '/foreign', 'one'],
    ['right', '/foreign', '404'],
  ])('serve requests where they are attached, and nowhere else: at %s %s meets %s', async (gateway, path, expected) => {
    expect(await site.meets({ gateway, path })).toBe(expected);
  }); // prettier-ignore

  it.each([
    ['left', '/shop.Cart/Add', 'one'],
    ['right', '/shop.Cart/Add', 'one'],
    ['left', '/shop.Cart/List', 'two'],
    ['right', '/shop.Cart/List', 'three'],
    ['left', '/shop.Orders/Place', 'UNIMPLEMENTED'],
  ])('serve calls where they are attached, and nowhere else: at %s %s meets %s', async (gateway, path, expected) => {
    expect(await met(gateway, path)).toBe(expected);
  }); // prettier-ignore

  it('have a status for each Gateway of ours, and none for what is not there', async () => {
    expect((await site.windlass.status('HTTPRoute', 'shared'))?.parents).toHaveLength(2);
    expect((await site.windlass.status('GRPCRoute', 'shared'))?.parents).toHaveLength(2);
    expect((await site.windlass.status('HTTPRoute', 'foreign'))?.parents).toHaveLength(1);
    for (const parent of [0, 1])
      expect(await site.said('GRPCRoute', 'shared', 'Accepted', parent)).toBe('True Accepted');
  });
});

describe('calls to listeners with hostnames', () => {
  it.each([
    ['bar.test', 'one'],
    ['bar.test:1234', 'one'],
    ['foo.bar.test', 'two'],
    ['baz.bar.test', 'three'],
    ['more.baz.bar.test', 'three'],
    ['baz.foo.test', 'three'],
    ['foo.test', 'UNIMPLEMENTED'],
    ['no.matching.host', 'UNIMPLEMENTED'],
  ])('meet the routes of the most specific one: %s meets %s', async (host, expected) => {
    expect(await met('hosts', '/shop.Cart/Add', host)).toBe(expected);
  });

  it('meet rules with a name as those without', async () => {
    expect(await met('hosts', '/shop.Orders/Place', 'baz.foo.test')).toBe('three');
    expect(await site.said('GRPCRoute', 'of-wildcards', 'Accepted')).toBe('True Accepted');
  });
});
