import { X509Certificate } from 'node:crypto';
import { createAuthority, type Authority } from '../harness/authority.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { tlsSecret } from '../harness/yaml.js';
import { runBackend } from './backend.js';
import { ALL, startLoad } from './load/load.js';
import { sumOf, type ClientKind, type LoadReport } from './load/report.js';
import { pause } from '../harness/pause.js';
import { NAMESPACE } from '../cluster/chart.js';
import { Witness } from './witness.js';
import { World } from './world.js';

export const HOST = 'shop.example';
/** Connections go to Envoys at random. */
const IN_A_ROW = 20;
/** How long clients go on when it is over. */
const AFTER_MS = 3_000;
const SECURE = { kept: 2, fresh: 2, http2: 2, webSocket: 1 };
const ENVOY_REQUESTS = 'resources: {requests: {cpu: 10m, memory: 64Mi}}';

/** Over HTTP and over TLS. */
export interface Met {
  readonly plain: LoadReport;
  readonly secure: LoadReport;
  readonly done: number;
  readonly failed: number;
}

/** A Gateway `edge` with a backend of two pods behind it, over HTTP and over TLS. */
export interface Site {
  readonly world: World;
  readonly address: string;
  /** Gives the listener of TLS another certificate. @returns its SHA-256 */
  rotate(): Promise<string>;
  /** What clients over HTTP, and some over TLS, meet while something is done, and for some seconds after it. Prints it under `name`. */
  during(
    name: string,
    what: () => Promise<void>,
    clients?: Readonly<Partial<Record<ClientKind, number>>>,
  ): Promise<Met>;
}

/** @param parameters of the Gateway: fields below `spec` of GatewayParameters, in YAML's flow style */
export async function openSite(name: string, parameters = 'replicas: 2'): Promise<Site> {
  const world = await World.open(name);
  const authority = await createAuthority();
  const backend = runBackend(world, 'shop');
  await world.put(parametersOf(parameters));
  await rotate(world, authority);
  const address = await world.gateway('edge', listeners(), 'edge');
  await backend;
  await world.put(`
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: all}
spec:
  parentRefs: [{name: edge}]
  rules: [{backendRefs: [{name: shop, port: 80}]}]
`);
  await world.rolledOut('edge-windlass');
  await answers(address);
  return {
    world,
    address,
    rotate: () => rotate(world, authority),
    during: async (name, what, clients = ALL) => {
      const witness = new Witness(world.client, [world.namespace, NAMESPACE]);
      const met = await during(address, name, what, clients).finally(() => witness.end());
      if (met.failed > 0) console.log(`${name}, the cluster:\n${witness.end()}`);
      return met;
    },
  };
}

async function during(
  address: string,
  name: string,
  what: () => Promise<void>,
  clients: Readonly<Partial<Record<ClientKind, number>>>,
): Promise<Met> {
  const to = { address, host: HOST };
  const loads = [
    startLoad({ ...to, port: 80, isSecure: false, clients }),
    startLoad({ ...to, port: 443, isSecure: true, clients: SECURE }),
  ] as const;
  const stop = (): Promise<readonly [LoadReport, LoadReport]> =>
    Promise.all([loads[0].stop(`${name}, HTTP`), loads[1].stop(`${name}, TLS`)]);
  try {
    await Promise.all(loads.map(({ begun }) => begun));
    await what();
    await pause(AFTER_MS);
  } catch (error) {
    await stop();
    throw error;
  }
  const [plain, secure] = await stop();
  const [one, other] = [sumOf(plain), sumOf(secure)];
  return { plain, secure, done: one.done + other.done, failed: one.failed + other.failed };
}

export function parametersOf(fields: string): string {
  return `
apiVersion: windlass.io/v1alpha1
kind: GatewayParameters
metadata: {name: edge}
spec: {${ENVOY_REQUESTS}, ${fields}}
`;
}

function listeners(): string {
  const tls = 'tls: {certificateRefs: [{name: edge}]}';
  return `[{name: http, port: 80, protocol: HTTP}, {name: https, port: 443, protocol: HTTPS, ${tls}}]`;
}

async function rotate(world: World, authority: Authority): Promise<string> {
  const { certificate, key } = await authority.issue(HOST, 'ecdsa');
  await world.put(tlsSecret('edge', certificate, key));
  return new X509Certificate(certificate).fingerprint256;
}

/** Waits until all Envoys of the Gateway serve its routes. */
async function answers(address: string): Promise<void> {
  await until('answers', async () => {
    for (let asked = 0; asked < IN_A_ROW; asked += 1) {
      const { status } = await ask({ address, port: 80, host: HOST });
      if (status !== 200) throw new Error(String(status));
    }
    return true;
  });
}
