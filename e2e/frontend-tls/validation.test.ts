import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { caConfigMap } from '../backend-tls/objects.js';
import { createAuthority, type KeyPair } from '../harness/authority.js';
import { startBackend, type Backend } from '../harness/backend.js';
import { ask } from '../harness/request.js';
import { askTls, metBy } from '../harness/tls-client.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, everythingTo, service } from '../harness/yaml.js';
import { bundleRef, configMapRef, edge, PORTS, serving, trustBundle, validation } from './objects.js';

// Gateway.spec.tls.frontend, and what the conformance tests GatewayFrontendClientCertificateValidation, …InsecureFallback,
// GatewayFrontendInvalidDefaultClientCertificateValidation and GatewayInvalidFrontendClientCertificateValidation ask for.

let windlass: Standalone;
let backend: Backend;
let address: string;
/** Certificates of clients, by the CA that signed them. */
let ofFirst: KeyPair;
let ofSecond: KeyPair;
let ofThird: KeyPair;

beforeAll(async () => {
  const [server, first, second, third] = await Promise.all([
    createAuthority(),
    createAuthority(),
    createAuthority(),
    createAuthority(),
  ]);
  [ofFirst, ofSecond, ofThird] = await Promise.all([
    first.issue('first.client', 'ecdsa', { uris: ['spiffe://a.test/first'] }),
    second.issue('second.client', 'ecdsa'),
    third.issue('third.client', 'rsa'),
  ]);
  backend = await startBackend('shop');
  windlass = new Standalone({
    'all.yaml': documents(
      service('shop', backend.port),
      everythingTo('shop', 'edge'),
      serving(await server.issue('a.test', 'ecdsa')),
      caConfigMap('first', first.certificate),
      caConfigMap('second', second.certificate).replace('name: second', 'name: second, namespace: far'),
      trustBundle('third', [third.certificate]),
      trustBundle('example.com:signer:second', [second.certificate], 'v1beta1').replace(
        'spec: {',
        'spec: { signerName: example.com/signer,',
      ),
    ),
    'gateway.yaml': edge(''),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await backend.close();
}, 60_000);

type Port = keyof typeof PORTS;
const met = (port: Port, client?: KeyPair) => metBy({ address, port: PORTS[port], sni: 'a.test', client });

/** What clients without a certificate, and with one of each CA, meet. */
async function allMeet(port: Port): Promise<string> {
  const results = [];
  for (const client of [undefined, ofFirst, ofSecond, ofThird]) results.push(await met(port, client));
  return results.join(' ');
}

async function becomes(port: Port, wanted: string): Promise<void> {
  await until(`${port} to answer ${wanted}`, async () => {
    const seen = await allMeet(port);
    if (seen !== wanted) throw new Error(seen);
    return true;
  });
}

async function said(listener: string, type: string): Promise<string | undefined> {
  const status = await windlass.status('Gateway', 'edge');
  const conditions = status?.listeners?.find(({ name }) => name === listener)?.conditions ?? [];
  const found = conditions.find((each) => each.type === type);
  return found && `${found.status} ${found.reason}`;
}

async function says(listener: string, wanted: Readonly<Record<string, string>>): Promise<void> {
  await until(`the status of ${listener}`, async () => {
    for (const [type, condition] of Object.entries(wanted)) {
      const seen = await said(listener, type);
      if (seen !== condition) throw new Error(`${type}: ${seen ?? 'absent'}`);
    }
    return true;
  });
}

async function insecure(): Promise<string | undefined> {
  const status = await windlass.status('Gateway', 'edge');
  const found = status?.conditions?.find(({ type }) => type === 'InsecureFrontendValidationMode');
  return found && `${found.status} ${found.reason}`;
}

describe('Validation of client certificates', () => {
  it('that nobody asks for lets everyone in', async () => {
    expect(await allMeet('usual')).toBe('200 200 200 200');
  });

  it('holds for every HTTPS port by default, and for one port as that says', async () => {
    windlass.write(
      'gateway.yaml',
      edge(`{ default: ${validation([configMapRef('first')])}, perPort: [
        { port: ${PORTS.own}, tls: ${validation([bundleRef('third')])} },
        { port: ${PORTS.open}, tls: {} }] }`),
    );
    await becomes('usual', 'refused 200 refused refused');
    await becomes('own', 'refused refused refused 200');
    await becomes('open', '200 200 200 200');
    expect((await ask({ address, port: PORTS.plain, host: 'a.test' })).status).toBe(200);
    expect(await insecure()).toBeUndefined();
    await says('usual', {
      Accepted: 'True Accepted',
      ResolvedRefs: 'True ResolvedRefs',
      Programmed: 'True Programmed',
    });
  }, 60_000);

  it('tells backends who the client is, and believes nothing that a client states itself', async () => {
    const stated = { 'x-forwarded-client-cert': 'Subject="CN=somebody"' };
    const forwarded = async (port: Port, client?: KeyPair) =>
      (await askTls({ address, port: PORTS[port], sni: 'a.test', client, headers: stated })).echo?.headers[
        'x-forwarded-client-cert'
      ];
    const header = String(await forwarded('usual', ofFirst));
    expect(header).toMatch(
      /^Hash=[0-9a-f]{64};Subject="CN=first.client";URI=spiffe:\/\/a.test\/first;DNS=first.client$/,
    );
    expect(await forwarded('open')).toBeUndefined();
    expect(await forwarded('open', ofFirst)).toBeUndefined();
  });

  it('with AllowInsecureFallback lets everyone in, says so, and vouches for nobody', async () => {
    windlass.write(
      'gateway.yaml',
      edge(`{ default: ${validation([configMapRef('first')])}, perPort: [
        { port: ${PORTS.open}, tls: ${validation([configMapRef('first')], 'AllowInsecureFallback')} }] }`),
    );
    await until('the condition', async () =>
      (await insecure()) === 'True ConfigurationChanged' ? true : undefined,
    );
    await becomes('open', '200 200 200 200');
    await becomes('usual', 'refused 200 refused refused');
    const { echo } = await askTls({ address, port: PORTS.open, sni: 'a.test', client: ofSecond });
    expect(echo?.headers['x-forwarded-client-cert']).toBeUndefined();
    windlass.write('gateway.yaml', edge(`{ default: ${validation([configMapRef('first')])} }`));
    await becomes('open', 'refused 200 refused refused');
    await until('the condition to go', async () => ((await insecure()) === undefined ? true : undefined));
  }, 60_000);

  it('takes the CAs of several objects together, without those that are no good', async () => {
    const refs = [configMapRef('first'), bundleRef('third'), bundleRef('none')];
    windlass.write('gateway.yaml', edge(`{ default: ${validation(refs)} }`));
    await becomes('usual', 'refused 200 refused 200');
    await says('usual', { Accepted: 'True Accepted', ResolvedRefs: 'False InvalidCACertificateRef' });
    const signed = [configMapRef('first'), bundleRef('example.com:signer:second')];
    windlass.write('gateway.yaml', edge(`{ default: ${validation(signed)} }`));
    await becomes('usual', 'refused 200 200 refused');
    await says('usual', { Accepted: 'True Accepted', ResolvedRefs: 'True ResolvedRefs' });
  }, 60_000);

  it.each([
    ['does not exist', configMapRef('none'), 'InvalidCACertificateRef'],
    [
      'is of a kind that is not supported',
      '{ group: "", kind: Secret, name: first }',
      'InvalidCACertificateKind',
    ],
    ['is in another namespace without a grant', configMapRef('second', 'far'), 'RefNotPermitted'],
  ])(
    'by a CA that %s lets nobody in on that port, and clear text and other ports go on',
    async (_, ref, reason) => {
      windlass.write(
        'gateway.yaml',
        edge(`{ default: {}, perPort: [{ port: ${PORTS.own}, tls: ${validation([ref])} }] }`),
      );
      await becomes('own', 'refused refused refused refused');
      await says('own', {
        Accepted: 'False NoValidCACertificate',
        ResolvedRefs: `False ${reason}`,
        Programmed: 'False Invalid',
      });
      await becomes('usual', '200 200 200 200');
      expect((await ask({ address, port: PORTS.plain, host: 'a.test' })).status).toBe(200);
      await says('plain', { Accepted: 'True Accepted', Programmed: 'True Programmed' });
    },
    60_000,
  );

  it('by a default CA that does not exist lets nobody in on ports that say nothing else, and clear text goes on', async () => {
    windlass.write(
      'gateway.yaml',
      edge(`{ default: ${validation([configMapRef('none')])}, perPort: [
        { port: ${PORTS.own}, tls: ${validation([bundleRef('third')])} }] }`),
    );
    for (const port of ['usual', 'open'] as const) {
      await becomes(port, 'refused refused refused refused');
      await says(port, {
        Accepted: 'False NoValidCACertificate',
        ResolvedRefs: 'False InvalidCACertificateRef',
        Programmed: 'False Invalid',
      });
    }
    await becomes('own', 'refused refused refused 200');
    expect((await ask({ address, port: PORTS.plain, host: 'a.test' })).status).toBe(200);
    await says('plain', { Accepted: 'True Accepted', Programmed: 'True Programmed' });
  }, 60_000);

  it('by a CA of another namespace holds as long as that grants it', async () => {
    windlass.write(
      'gateway.yaml',
      edge(
        `{ default: {}, perPort: [{ port: ${PORTS.own}, tls: ${validation([configMapRef('second', 'far')])} }] }`,
      ),
    );
    windlass.write(
      'grant.yaml',
      `
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: { name: cas, namespace: far }
spec: { from: [{ group: gateway.networking.k8s.io, kind: Gateway, namespace: default }], to: [{ group: "", kind: ConfigMap }] }
`,
    );
    await becomes('own', 'refused refused 200 refused');
    windlass.write('grant.yaml', '');
    await becomes('own', 'refused refused refused refused');
  }, 60_000);

  it('as v1.1 wrote it on the listener holds for its port', async () => {
    const older = edge('').replace(
      `port: ${PORTS.own}, protocol: HTTPS, tls: {`,
      `port: ${PORTS.own}, protocol: HTTPS, tls: { frontendValidation: { caCertificateRefs: [${configMapRef('first')}] },`,
    );
    windlass.write('gateway.yaml', older);
    await becomes('own', 'refused 200 refused refused');
    await becomes('usual', '200 200 200 200');
  }, 60_000);
});
