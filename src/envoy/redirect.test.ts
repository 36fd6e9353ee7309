import { describe, expect, it } from '@jest/globals';
import { redirectAction } from './redirect.js';
import { redirect } from './testing/fleets.js';

const http80 = { scheme: 'http', port: 80 } as const;
const http8080 = { scheme: 'http', port: 8080 } as const;
const https443 = { scheme: 'https', port: 443 } as const;

describe('a redirect', () => {
  it.each([
    ['a default port is left out', redirect({ scheme: 'https' }), http80, undefined],
    [
      "without scheme and port it goes back to the listener's port",
      redirect({ hostname: 'x' }),
      http8080,
      8080,
    ],
    [
      'a scheme without port means its default port',
      redirect({ scheme: 'https', hostname: 'x' }),
      http8080,
      undefined,
    ],
    [
      'a Host that may carry another port is given the right one',
      redirect({ scheme: 'https' }),
      http8080,
      443,
    ],
    ['an unusual port is named', redirect({ port: 8443 }), https443, 8443],
    ['80 is unusual for https', redirect({ port: 80 }), https443, 80],
    ['80 with a scheme given as http is not', redirect({ scheme: 'http', port: 80 }), https443, undefined],
  ])('port: %s', (_rule, model, entrance, port) => {
    expect(redirectAction(model, entrance).portRedirect).toBe(port);
  });

  it.each([
    [301, 0],
    [302, 1],
    [303, 2],
    [307, 3],
    [308, 4],
  ] as const)('answers %d', (status, code) => {
    expect(redirectAction(redirect({ status }), http80).responseCode).toBe(code);
  });

  it('replaces the whole path, or a prefix of it', () => {
    expect(redirectAction(redirect({ path: { kind: 'full', value: '/a%b' } }), http80).pathRedirect).toBe(
      '/a%b',
    );
    expect(
      redirectAction(redirect({ path: { kind: 'prefix', prefix: '/a', value: '/b' } }), http80).prefixRewrite,
    ).toBe('/b');
  });
});
