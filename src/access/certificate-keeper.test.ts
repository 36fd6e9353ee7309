import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority, type KeyPair } from '../certificates/index.js';
import {
  failing,
  scriptedServer,
  type ScriptedServer,
  type Step,
} from '../kubernetes/testing/scripted-server.js';
import { createMetrics, silentLogger } from '../telemetry/index.js';
import { startCertificateKeeper, type CertificateKeeper } from './certificate-keeper.js';

const NOW = Date.parse('2026-06-01T00:00:00Z');

let server: ScriptedServer | undefined;
let keeper: CertificateKeeper | undefined;
afterEach(async () => {
  keeper?.stop();
  await server?.close();
});

let one: KeyPair;
let two: KeyPair;
beforeAll(async () => {
  const validity = { now: new Date(NOW), notAfter: new Date(NOW + 100_000_000) };
  [one, two] = [await createAuthority('ecdsa', validity), await createAuthority('ecdsa', validity)];
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const secret =
  (certificates: string, keys: string): Step =>
  (response) =>
    response.end(
      JSON.stringify({
        metadata: { name: 'windlass-xds-ca', resourceVersion: '7' },
        data: { 'ca.crt': base64(certificates), 'ca.key': base64(keys) },
      }),
    );
const done: Step = (response) => response.end('{}');

interface Watched {
  readonly logged: string[];
  readonly bundles: string[];
  readonly certificates: KeyPair[];
  readonly start: () => Promise<CertificateKeeper>;
}

async function watched(steps: readonly Step[], lookMs = 5): Promise<Watched> {
  const opened = await scriptedServer(...steps);
  server = opened;
  const [logged, bundles, certificates]: [string[], string[], KeyPair[]] = [[], [], []];
  const log = (event: string, fields: object = {}): void =>
    void logged.push(`${event} ${JSON.stringify(fields)}`);
  const start = async (): Promise<CertificateKeeper> => {
    keeper = await startCertificateKeeper({
      client: opened.client,
      namespace: 'windlass-system',
      serverNames: ['windlass-xds.windlass-system.svc'],
      logger: { ...silentLogger, error: log, warn: log },
      metrics: createMetrics(),
      onBundle: (bundle) => void bundles.push(bundle),
      onCertificate: (pair) => void certificates.push(pair),
      limits: { lookMs },
      now: () => NOW,
      random: () => 0.5,
    });
    return keeper;
  };
  return { logged, bundles, certificates, start };
}

async function settled(look: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !look(); i += 1) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('the keeper of certificates', () => {
  it('waits for an API server that cannot answer yet, and takes what another replica made meanwhile', async () => {
    const steps = [
      failing(503, 'starting'),
      failing(404, 'no such Secret'),
      failing(409, 'made by another'),
      secret(one.certificate, one.key),
    ];
    const { start, logged } = await watched(steps);
    expect((await start()).bundle()).toBe(one.certificate);
    expect(logged[0]).toMatch(/xds CA cannot be read yet.*503/);
  });

  it('does not wait when it has no right to read', async () => {
    const { start } = await watched([failing(403, 'forbidden')]);
    await expect(start()).rejects.toMatchObject({ code: 'KUBERNETES_API', status: 403 });
  });

  it('leaves a Secret that it cannot read as it is, and says what to do', async () => {
    const { start } = await watched([secret(one.certificate, two.key), secret(one.certificate, two.key)]);
    await expect(start()).rejects.toMatchObject({ code: 'XDS_AUTHORITY' });
    await expect(start()).rejects.toThrow(/Secret windlass-system\/windlass-xds-ca .*delete it/);
    expect(server?.asked).toHaveLength(2);
  });

  it('tells of another CA, with a certificate that it signed', async () => {
    const { start, bundles, certificates } = await watched([
      secret(one.certificate, one.key),
      done,
      secret(two.certificate, two.key),
      done,
    ]);
    const { certificate } = await start();
    const before = certificate();
    await settled(() => certificates.length > 0);
    expect(bundles).toEqual([two.certificate]);
    expect(certificates).toEqual([certificate()]);
    expect(certificate()).not.toBe(before);
  });

  it('goes on with what it has while the API server fails, and says so', async () => {
    const { start, logged, bundles, certificates } = await watched([
      secret(one.certificate, one.key),
      failing(500, 'broken'),
      failing(500, 'broken'),
      failing(500, 'broken'),
      secret(one.certificate, two.key),
      done,
    ]);
    const { bundle } = await start();
    await settled(() => logged.some((line) => line.includes('XDS') || line.includes('no usable CA')));
    expect(bundle()).toBe(one.certificate);
    expect([bundles, certificates]).toEqual([[], []]);
    const events = logged.map((line) => line.replace(/ \{.*/, ''));
    expect(events.slice(0, 3)).toEqual([
      'xds CA cannot be published',
      'xds CAs cannot be read',
      'xds CA cannot be published',
    ]);
  });
});
