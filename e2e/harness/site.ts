import { type Backend, startBackend } from './backend.js';
import { ask, type Answer, type Ask } from './request.js';
import { type Condition, Standalone } from './windlass.js';
import { documents, service } from './yaml.js';

/** A `windlass up` on a few objects with echo backends behind it, as most tests of routes want it. */
export interface Site {
  readonly windlass: Standalone;
  /** By name. */
  readonly backends: Readonly<Record<string, Backend>>;
  /** One request to a Gateway, `edge` unless told otherwise. */
  get(what: Partial<Ask> & { readonly gateway?: string }): Promise<Answer>;
  /** As `get`; one word for the answer: the backend, the status, or `302 <location>`. */
  meets(what: Partial<Ask> & { readonly gateway?: string }): Promise<string>;
  /** A condition of a route at one of its parents: `True Accepted`, or undefined. */
  said(kind: string, route: string, type: string, parent?: number): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface SiteOptions {
  /** Echo servers; each has a Service of its name in namespace `default`. */
  readonly backends: readonly string[];
  /** Programmed before the tests begin. */
  readonly gateways?: readonly string[];
  /** YAML documents; a function when they have to know the ports of the backends. */
  readonly objects: readonly string[] | ((port: (backend: string) => number) => readonly string[]);
  /** Of the command. */
  readonly arguments?: readonly string[];
  /** Port of a request that names none. */
  readonly port?: number;
}

export const word = (condition: Condition | undefined): string | undefined =>
  condition && `${condition.status} ${condition.reason}`;

export async function openSite(options: SiteOptions): Promise<Site> {
  const { gateways = ['edge'], port: defaultPort = 8080 } = options;
  const started = await Promise.all(options.backends.map((name) => startBackend(name)));
  const backends = Object.fromEntries(started.map((backend) => [backend.name, backend]));
  const portOf = (name: string): number => backends[name]?.port ?? 0;
  const objects = typeof options.objects === 'function' ? options.objects(portOf) : options.objects;
  const windlass = new Standalone({
    'backends.yaml': documents(...started.map(({ name, port }) => service(name, port))),
    'all.yaml': documents(...objects),
  });
  windlass.arguments = options.arguments ?? [];
  await windlass.start();
  const addresses = new Map<string, string>();
  for (const gateway of gateways) addresses.set(gateway, await windlass.address(gateway));

  const get: Site['get'] = ({ gateway = gateways[0] ?? '', ...what }) =>
    ask({ address: addresses.get(gateway) ?? '', port: defaultPort, host: 'any.test', ...what });
  return {
    windlass,
    backends,
    get,
    meets: async (what) => {
      const { status, headers, echo } = await get(what);
      if (headers.location !== undefined) return `${status} ${headers.location}`;
      return echo?.backend ?? String(status);
    },
    said: async (kind, route, type, parent = 0) => {
      const conditions = (await windlass.status(kind, route))?.parents?.[parent]?.conditions;
      return word(conditions?.find((each) => each.type === type));
    },
    close: async () => {
      await windlass.dispose();
      await Promise.all(started.map((backend) => backend.close()));
    },
  };
}
