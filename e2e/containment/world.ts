// A site whose victim can be made something that Envoy rejects, while everything beside it goes on.
import { join } from 'node:path';
import { startBackend, type Backend } from '../harness/backend.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone, type Condition } from '../harness/windlass.js';
import { documents, service } from '../harness/yaml.js';

const ROOT = join(import.meta.dirname, '..', '..');
const WITHOUT_CHECKS = [
  process.execPath,
  '--import',
  join(ROOT, 'scripts/ts.mjs'),
  join(import.meta.dirname, 'without-checks.ts'),
];

export const PORT = 8080;
export const TLS_PORT = 8443;

/** An HTTPRoute on the Gateway `edge`. @param rules YAML flow sequence */
export function route(name: string, rules: string): string {
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name} }
spec: { parentRefs: [{ name: edge }], hostnames: [${name}.example], rules: ${rules} }
`;
}

export const forwards = (name: string, backend = 'good', namespace = 'default'): string =>
  route(name, `[{ backendRefs: [{ name: ${backend}, namespace: ${namespace}, port: 80 }] }]`);

/** One Gateway with a plain listener, and a TLS listener for secure.example. */
const GATEWAY = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge }
spec:
  gatewayClassName: windlass
  listeners:
    - { name: http, port: ${PORT}, protocol: HTTP }
    - { name: https, port: ${TLS_PORT}, protocol: HTTPS, hostname: secure.example, tls: { certificateRefs: [{ name: secure }] } }
    - { name: https-other, port: ${TLS_PORT}, protocol: HTTPS, hostname: other.example, tls: { certificateRefs: [{ name: other }] } }
`;

const GRANT = `
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: lent, namespace: elsewhere }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: default }]
  to: [{ group: "", kind: Service }]
`;

/** What answers: a status, or nothing at all. */
export type Seen = number | 'refused';

/** The site while it runs. */
export class World {
  readonly windlass: Standalone;
  readonly #backend: Backend;
  #address = '';

  private constructor(windlass: Standalone, backend: Backend) {
    this.windlass = windlass;
    this.#backend = backend;
  }

  /** @param files in place of the good ones, or beside them */
  static async start(files: (port: number) => Readonly<Record<string, string>>): Promise<World> {
    const backend = await startBackend('good');
    const windlass = new Standalone(
      {
        'gateway.yaml': GATEWAY,
        'services.yaml': documents(service('good', backend.port), service('lent', backend.port, 'elsewhere')),
        'other.yaml': edited('first'),
        'lent.yaml': forwards('lent', 'lent', 'elsewhere'),
        'grant.yaml': GRANT,
        'gone.yaml': forwards('gone'),
        ...files(backend.port),
      },
      WITHOUT_CHECKS,
    );
    const world = new World(windlass, backend);
    await windlass.start();
    world.#address = await windlass.address('edge');
    return world;
  }

  get backendPort(): number {
    return this.#backend.port;
  }

  async close(): Promise<void> {
    await this.windlass.dispose();
    await this.#backend.close();
  }

  /** One request to a host; over TLS when it is secure.example. */
  async meets(host: string, path = '/'): Promise<Seen> {
    const tls = host === 'secure.example';
    const what = {
      address: this.#address,
      port: tls ? TLS_PORT : PORT,
      host,
      path,
      ...(tls && { sni: host }),
    };
    try {
      return (await ask(what)).status;
    } catch {
      return 'refused';
    }
  }

  async comes(host: string, wanted: Seen, path = '/'): Promise<void> {
    await until(`${host}${path} to answer ${wanted}`, async () => {
      const seen = await this.meets(host, path);
      if (seen !== wanted) throw new Error(String(seen));
      return true;
    });
  }

  /** Edits another route and waits for the edit to be served. */
  async editOther(value: string): Promise<void> {
    this.windlass.write('other.yaml', edited(value));
    await until(`the edit ${value}`, async () => {
      const { headers } = await ask({ address: this.#address, port: PORT, host: 'other.example' });
      return headers['x-edit'] === value ? true : undefined;
    });
  }

  /** Every condition that is told of a route, or of a Gateway and its listeners (their name before it). */
  async conditions(
    kind: 'HTTPRoute' | 'Gateway',
    name: string,
  ): Promise<readonly (Condition & { readonly of: string })[]> {
    const status = await this.windlass.status(kind, name);
    return [
      ...(status?.conditions ?? []).map((each) => ({ ...each, of: '' })),
      ...(status?.listeners ?? []).flatMap(({ name: of, conditions }) =>
        conditions.map((each) => ({ ...each, of })),
      ),
      ...(status?.parents ?? []).flatMap(({ conditions }) => conditions.map((each) => ({ ...each, of: '' }))),
    ];
  }

  /** Kills the Envoy; returns once its successor serves. */
  async replaceEnvoy(): Promise<void> {
    const before = await this.#envoy();
    if (before !== undefined) process.kill(before, 'SIGKILL');
    await until('another Envoy that is current', async () => {
      const now = await this.#envoy();
      return now === undefined || now === before ? undefined : now;
    });
    await this.comes('other.example', 200);
  }

  async #envoy(): Promise<number | undefined> {
    const [fleet] = (await (await fetch(`${this.windlass.debugUrl()}/fleets`)).json()) as readonly {
      readonly envoys: readonly { readonly pid?: number }[];
      readonly streams: readonly { readonly current: boolean }[];
    }[];
    return fleet?.streams.some(({ current }) => current) === true ? fleet.envoys[0]?.pid : undefined;
  }
}

const edited = (value: string): string =>
  route(
    'other',
    `[{ filters: [{ type: ResponseHeaderModifier, responseHeaderModifier: { set: [{ name: x-edit, value: ${value} }] } }], backendRefs: [{ name: good, port: 80 }] }]`,
  );
