import { createHash } from 'node:crypto';

// Names and labels of what is made for a Gateway. Source: GEP-1762; Kubernetes, Object Names and IDs.

/** Longest DNS label, which a Service's name has to be, and longest value of a label. */
const LONGEST = 63;
const DIGEST = 10;
/** A DNS label that begins with a letter (RFC 1035): what the name of a Service must be, so what all names are. */
const PLAIN = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/**
 * The name of everything that is made for a Gateway: `<gateway>-<class>`, as GEP-1762 asks. Of a Gateway whose name cannot be part of a DNS label, or is too
 * long, it is made of what is left of that, and a digest that tells it from every other.
 * @param suffix of what there is more than one of; `-…`
 */
export function infraName(gateway: string, gatewayClass: string, suffix = ''): string {
  const plain = `${gateway}-${gatewayClass}`;
  const room = LONGEST - suffix.length;
  return (PLAIN.test(plain) && plain.length <= room ? plain : shortened(plain, room)) + suffix;
}

function shortened(text: string, room: number): string {
  const safe = text
    .toLowerCase()
    .replaceAll(/[^-a-z0-9]+/g, '-')
    .replace(/^(?=[^a-z])/, 'gw-');
  return `${safe.slice(0, room - DIGEST - 1).replace(/-+$/, '')}-${digest(text)}`;
}

/** A value of a label that stands for any name: itself, where it can. */
export function labelValue(name: string): string {
  if (name.length <= LONGEST) return name;
  return `${name.slice(0, LONGEST - DIGEST - 1).replace(/[-.]+$/, '')}-${digest(name)}`;
}

/** Short, for names: what differs has another one. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, DIGEST);
}

export const LABELS = {
  gatewayName: 'gateway.networking.k8s.io/gateway-name',
  gatewayClassName: 'gateway.networking.k8s.io/gateway-class-name',
  name: 'app.kubernetes.io/name',
  instance: 'app.kubernetes.io/instance',
  component: 'app.kubernetes.io/component',
  partOf: 'app.kubernetes.io/part-of',
  managedBy: 'app.kubernetes.io/managed-by',
} as const;

/** Value of {@link LABELS.managedBy}: what is ours carries it, and nothing else is touched. */
export const MANAGED_BY = 'windlass';

export const ANNOTATIONS = {
  /** `namespace/name` of the Gateway, whole, where labels have to be short. */
  fleet: 'windlass.io/gateway',
  /** Digest of what was applied last. */
  applied: 'windlass.io/applied',
  /** On pods: digest of the bootstrap that they were started with. */
  bootstrap: 'windlass.io/bootstrap',
} as const;

interface Named {
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * The Gateway that an object says it was made for, `namespace/name`; undefined: it says none, or one of another namespace, which nobody can speak for.
 */
export function saidFleet({ namespace = '', annotations }: Named): string | undefined {
  const fleet = annotations?.[ANNOTATIONS.fleet];
  return fleet?.startsWith(`${namespace}/`) === true ? fleet : undefined;
}

/** What pods of the Gateway are selected by. It never changes: selectors are immutable. */
export function selectorOf(gateway: string): Readonly<Record<string, string>> {
  return { [LABELS.managedBy]: MANAGED_BY, [LABELS.gatewayName]: labelValue(gateway) };
}

export function labelsOf(gateway: string, gatewayClass: string): Readonly<Record<string, string>> {
  return {
    ...selectorOf(gateway),
    [LABELS.gatewayClassName]: labelValue(gatewayClass),
    [LABELS.name]: 'envoy',
    [LABELS.instance]: labelValue(gateway),
    [LABELS.component]: 'proxy',
    [LABELS.partOf]: 'windlass',
  };
}
