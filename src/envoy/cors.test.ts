import { describe, expect, it } from '@jest/globals';
import { decode } from '../proto/index.js';
import type { CorsModel } from '../routing/index.js';
import { withCors } from './cors.js';
import { EXTENSIONS } from './names.js';

const cors: CorsModel = {
  origins: 'https://a',
  methods: ['GET'],
  headers: '*',
  exposeHeaders: ['x-%'],
  credentials: true,
  maxAgeSeconds: 5,
};
const forwarded = { name: 'r', match: { prefix: '/' }, route: { cluster: 'c' } };
const headersOf = (routes: ReturnType<typeof withCors>, index: number): Readonly<Record<string, unknown>> =>
  Object.fromEntries<unknown>(
    routes[index]?.responseHeadersToAdd?.map(({ header }) => [header?.key ?? '', header?.value]) ?? [],
  );

describe('a route with CORS', () => {
  it('stands behind two that answer preflights: allowed first, then denied', () => {
    const routes = withCors(forwarded, cors, undefined);
    expect(routes.map(({ name }) => name)).toEqual(['r', 'r', 'r']);
    expect(routes.map(({ directResponse }) => directResponse?.status)).toEqual([200, 403, undefined]);
    expect(headersOf(routes, 0)).toEqual({
      'access-control-allow-origin': '%REQ(origin)%',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'x-%%',
      'access-control-allow-methods': 'GET',
      'access-control-allow-headers': '%REQ(access-control-request-headers)%',
      'access-control-max-age': '5',
    });
    expect(headersOf(routes, 1)).toEqual({});
  });

  it('keeps the headers that the rule matches', () => {
    const match = { prefix: '/', headers: [{ name: 'x', presentMatch: true }] };
    for (const { match: { headers = [] } = {} } of withCors({ ...forwarded, match }, cors, undefined))
      expect(headers[0]?.name).toBe('x');
  });

  it("leaves every other answer to Envoy's filter, errors included", () => {
    const [, , actual] = withCors(forwarded, cors, undefined);
    const policy = decode(
      'envoy.extensions.filters.http.cors.v3.CorsPolicy',
      actual?.typedPerFilterConfig?.[EXTENSIONS.cors]?.value ?? new Uint8Array(),
    );
    expect(policy).toMatchObject({
      allowOriginStringMatch: [{ safeRegex: { regex: 'https://a' } }],
      allowCredentials: { value: true },
      exposeHeaders: 'x-%',
    });
  });

  it('that forwards nothing has the headers itself, for allowed origins', () => {
    const routes = withCors({ name: 'r', match: { prefix: '/' }, redirect: {} }, cors, undefined);
    expect(routes.map(({ redirect }) => redirect !== undefined)).toEqual([false, false, true, true]);
    expect(headersOf(routes, 2)).toHaveProperty('access-control-allow-origin');
    expect(headersOf(routes, 3)).toEqual({});
  });

  it('for other methods than OPTIONS has no preflights', () => {
    expect(withCors(forwarded, cors, 'GET')).toHaveLength(1);
    expect(withCors(forwarded, cors, 'OPTIONS')).toHaveLength(3);
  });

  it('without any origin denies every preflight and says nothing else', () => {
    const [denied, ...rest] = withCors(forwarded, { ...cors, origins: undefined }, undefined);
    expect(denied?.directResponse).toEqual({ status: 403 });
    expect(rest).toEqual([forwarded]);
  });
});
