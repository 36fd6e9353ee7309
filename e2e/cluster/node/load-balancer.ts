// What a cloud does for Services of type LoadBalancer, as far as one node needs it: kube-proxy serves an address as soon as the status of the Service has it.
import {
  startReflector,
  type ApiClient,
  type Reflector,
  type ServerObject,
} from '../../../src/kubernetes/index.js';
import { POOL } from './layout.js';

interface Service extends ServerObject {
  readonly spec?: {
    readonly type?: string;
    readonly loadBalancerIP?: string;
    readonly loadBalancerClass?: string;
  };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] } };
}

const ALL = Array.from({ length: 254 }, (_, index) => `${POOL}.${index + 1}`);
const AGAIN_MS = 1000;

/**
 * The address that a Service is to have: the one that it asks for, or the one that it has, or the first that is free; undefined: none is to be had.
 * @param taken addresses of other Services
 */
export function addressFor({ spec = {}, status }: Service, taken: ReadonlySet<string>): string | undefined {
  if (spec.type !== 'LoadBalancer' || spec.loadBalancerClass !== undefined) return undefined;
  const [has] = addressesOf(status);
  const wanted = spec.loadBalancerIP ?? has;
  if (wanted === undefined || wanted === '') return ALL.find((address) => !taken.has(address));
  return ALL.includes(wanted) && !taken.has(wanted) ? wanted : undefined;
}

function addressesOf(status: Service['status']): readonly string[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip === undefined ? [] : [ip]));
}

/** Gives every Service of type LoadBalancer an address of the pool, and takes it back from those that ask for one which is not to be had. */
export function startLoadBalancer(client: ApiClient): Reflector {
  /** By namespace and name. */
  const services = new Map<string, Service>();
  const addresses = new Map<string, string>();
  const keyOf = ({ metadata: { namespace = '', name } }: Service): string => `${namespace}/${name}`;

  const settle = (service: Service): void => {
    const key = keyOf(service);
    const taken = new Set([...addresses].flatMap(([of, address]) => (of === key ? [] : [address])));
    const address = addressFor(service, taken);
    if (address === undefined) addresses.delete(key);
    else addresses.set(key, address);
    const ingress = address === undefined ? [] : [{ ip: address, ipMode: 'VIP' }];
    const has = addressesOf(service.status);
    if (has.length === ingress.length && has[0] === address) return;
    const { namespace = '', name } = service.metadata;
    client
      .call({
        method: 'PATCH',
        path: `/api/v1/namespaces/${namespace}/services/${name}/status`,
        contentType: 'application/merge-patch+json',
        body: { status: { loadBalancer: ingress.length === 0 ? null : { ingress } } },
      })
      .catch(() => setTimeout(() => settleAgain(key), AGAIN_MS));
  };
  const settleAgain = (key: string): void => {
    const service = services.get(key);
    if (service !== undefined) settle(service);
  };

  return startReflector<Service>({
    client,
    path: '/api/v1/services',
    onState: () => undefined,
    onChange: ({ upserts, deletes }) => {
      for (const service of deletes) {
        services.delete(keyOf(service));
        addresses.delete(keyOf(service));
      }
      for (const { object } of upserts) {
        services.set(keyOf(object), object);
        // What somebody has already nobody else is given, whoever comes first in a list.
        const [has] = addressesOf(object.status);
        if (has !== undefined && object.spec?.type === 'LoadBalancer') addresses.set(keyOf(object), has);
      }
      for (const { object } of upserts) settle(object);
      // An address may have become free for who waited.
      if (deletes.length > 0) for (const service of services.values()) settle(service);
    },
  });
}
