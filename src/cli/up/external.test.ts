import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalFleet } from '../../infra/index.js';
import { assigned } from '../../routing/testing/given.js';
import { silentLogger } from '../../telemetry/index.js';
import { admissionTo, type Authenticate } from '../../xds/index.js';
import { openExternal } from './external.js';

const scratch = mkdtempSync(join(tmpdir(), 'windlass-external-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const nobody: Authenticate = () => admissionTo(undefined);

async function opened() {
  let authenticate = nobody;
  const xds = {
    listenTls: (options: { readonly authenticate: Authenticate }) => {
      authenticate = options.authenticate;
      return Promise.resolve({ port: 7, setCertificate: () => undefined });
    },
  };
  const bootstraps: string[] = [];
  const logger = { ...silentLogger, info: (event: string) => void bootstraps.push(event) };
  const external = await openExternal(xds, '127.0.0.1', 0, logger);
  const directory = mkdtempSync(join(scratch, 'fleet-'));
  const fleet: LocalFleet = {
    observation: assigned('default/gw'),
    xdsSocket: join(directory, 'xds.sock'),
    adminSocket: '',
    metricsUrl: undefined,
    logFile: '',
    accessLogFile: '',
    process: { state: 'starting', pid: undefined, restarts: 0 },
  };
  const token = () => readFileSync(join(directory, 'external', 'token'), 'utf8');
  const whose = async (given: string): Promise<string | undefined> => {
    const admission = await authenticate(given);
    return admission.kind === 'admitted' ? admission.fleet : undefined;
  };
  return { external, fleet, directory, bootstraps, token, whose };
}

describe('an Envoy that others start', () => {
  it('is of the fleet whose token it has, and of none without', async () => {
    const { external, fleet, token, whose } = await opened();
    await external.admit(fleet);
    expect(await whose(token())).toBe('default/gw');
    expect(await whose('')).toBeUndefined();
    expect(await whose(`${token()}x`)).toBeUndefined();
  });

  it('is of no fleet any more once that is dismissed, however often it had been observed', async () => {
    const { external, fleet, bootstraps, token, whose } = await opened();
    await Promise.all([external.admit(fleet), external.admit(fleet)]);
    expect(bootstraps).toHaveLength(1);
    expect(await whose(token())).toBe('default/gw');
    external.dismiss('default/gw');
    expect(await whose(token())).toBeUndefined();
    await external.admit(fleet);
    expect(await whose(token())).toBe('default/gw');
  });

  it('gets its bootstrap with the next observation when it could not be written', async () => {
    const { external, fleet, directory, token, whose } = await opened();
    writeFileSync(join(directory, 'external'), 'in the way');
    await expect(external.admit(fleet)).rejects.toThrow();
    rmSync(join(directory, 'external'));
    await external.admit(fleet);
    expect(await whose(token())).toBe('default/gw');
  });

  it('keeps the token that a killed process left', async () => {
    const { external, fleet, directory, token, whose } = await opened();
    mkdirSync(join(directory, 'external'));
    const left = 'k'.repeat(43);
    writeFileSync(join(directory, 'external', 'token'), left);
    await external.admit(fleet);
    expect(token()).toBe(left);
    expect(await whose(left)).toBe('default/gw');
  });
});
