import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority, type Authority } from '../harness/authority.js';
import { startBackend, type Backend } from '../harness/backend.js';
import { askTls, metBy } from '../harness/tls-client.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, everythingTo, service, tlsSecret } from '../harness/yaml.js';

// Which certificate a client is shown: Gateway API, ListenerTLSConfig ("the longest matching SNI out of all available certificates").

const port = 8443;
let windlass: Standalone;
let backend: Backend;
let address: string;
let ca: Authority;

const secret = async (name: string, host: string, type: 'rsa' | 'ecdsa' = 'ecdsa'): Promise<string> => {
  const { certificate, key } = await ca.issue(host, type);
  return tlsSecret(name, certificate, key);
};

const listener = (name: string, hostname: string, ...secrets: readonly string[]): string =>
  `  - { name: ${name}, port: ${port}, protocol: HTTPS, ${hostname === '' ? '' : `hostname: "${hostname}", `}tls: { certificateRefs: [${secrets.map((each) => `{ name: ${each} }`).join(', ')}] } }`;

beforeAll(async () => {
  ca = await createAuthority();
  backend = await startBackend('shop');
  windlass = new Standalone({
    'all.yaml': documents(
      `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge }
spec:
  gatewayClassName: windlass
  listeners:
${listener('both', 'both.test', 'rsa', 'ecdsa')}
${listener('several', '*.several.test', 'wild', 'exact')}
${listener('narrow', 'narrow.several.test', 'narrow')}
${listener('broken', 'broken.test', 'broken')}
${listener('any', '', 'any')}
`,
      service('shop', backend.port),
      everythingTo('shop', 'edge'),
      await secret('rsa', 'both.test', 'rsa'),
      await secret('ecdsa', 'both.test'),
      await secret('wild', '*.several.test'),
      await secret('exact', 'exact.several.test'),
      await secret('narrow', 'narrow.several.test'),
      await secret('any', 'any.test'),
    ),
    'broken.yaml': tlsSecret('broken', 'nonsense', 'nonsense'),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await backend.close();
}, 60_000);

const shown = async (sni: string): Promise<string> => {
  const { status, certificate } = await askTls({ address, port, sni });
  return `${status} ${certificate}`;
};

describe('The certificate that a client is shown', () => {
  it('has the kind of key that the client takes, where the listener has both', async () => {
    const keyType = async (ciphers: string) =>
      (await askTls({ address, port, sni: 'both.test', maxVersion: 'TLSv1.2', ciphers })).keyType;
    expect(await keyType('ECDHE-ECDSA-AES128-GCM-SHA256')).toBe('prime256v1');
    expect(await keyType('ECDHE-RSA-AES128-GCM-SHA256')).toBe('RSA');
  });

  it('is that for the server name, of one listener before its wildcard, of several the most specific', async () => {
    expect(await shown('exact.several.test')).toBe('200 exact.several.test');
    expect(await shown('other.several.test')).toBe('200 *.several.test');
    expect(await shown('narrow.several.test')).toBe('200 narrow.several.test');
    expect(await shown('elsewhere.test')).toBe('200 any.test');
  });

  it('that is broken costs its listener alone, which is there as soon as it is mended', async () => {
    // Its server name leads to the listener for every host, which has nothing for it.
    expect(await shown('broken.test')).toBe('404 any.test');
    expect(await shown('both.test')).toBe('200 both.test');
    const listeners = (await windlass.status('Gateway', 'edge'))?.listeners ?? [];
    const programmed = listeners.map(
      ({ name, conditions }) => `${name} ${conditions.find(({ type }) => type === 'Programmed')?.status}`,
    );
    expect(programmed).toEqual(['both True', 'several True', 'narrow True', 'broken False', 'any True']);
    windlass.write('broken.yaml', await secret('broken', 'broken.test'));
    await until('the listener to be served', async () =>
      (await shown('broken.test')) === '200 broken.test' ? true : undefined,
    );
  }, 60_000);

  it('is shown over TLS 1.2 and 1.3 alone', async () => {
    const ciphers = 'DEFAULT@SECLEVEL=0';
    const meets = (maxVersion: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') =>
      metBy({ address, port, sni: 'both.test', maxVersion, ciphers });
    expect([await meets('TLSv1.1'), await meets('TLSv1.2'), await meets('TLSv1.3')]).toEqual([
      'refused',
      '200',
      '200',
    ]);
  });
});
