// The configuration that is churned: plain data, each change makes a new one that shares what it did not touch.

import type { StreamsWorld } from './streams.js';

export const PORTS = { plain: 8080, plainExtra: 8081, secure: 8443, secureExtra: 9443 } as const;

/** A backend process: what listens on its first port says `NAMEa`, on its second `NAMEb`. */
export interface Instance {
  readonly name: string;
  readonly ports: readonly [number, number];
}

/** Two ports: 80, named `main`, and 81, named `alt`. `flipped`: `main` leads to the second port of each instance. */
export interface ServiceWorld {
  readonly name: string;
  readonly namespace: string;
  readonly instances: readonly Instance[];
  readonly flipped: boolean;
}

export interface BackendWorld {
  readonly service: string;
  readonly namespace: string;
  readonly port: 80 | 81;
  readonly weight: number;
}

/** Of a rule; `own` is of its first backendRef. */
export const FILTERS = ['none', 'header', 'rewrite', 'host', 'own', 'mirror', 'cors', 'redirect'] as const;

/** Of a GRPCRoute the prefix is service and method, and only filters `header` and `mirror` count. */
export interface RuleWorld {
  /** Undefined takes every path. */
  readonly prefix: string | undefined;
  readonly filter: (typeof FILTERS)[number];
  readonly timeout: boolean;
  readonly backends: readonly BackendWorld[];
}

export interface RouteWorld {
  readonly kind: 'HTTPRoute' | 'GRPCRoute';
  readonly name: string;
  /** In namespace `team`, whose label says whether the listeners take its routes, or in `default`. */
  readonly namespace: 'default' | 'team';
  readonly hostnames: readonly string[];
  readonly sectionName: string | undefined;
  readonly rules: readonly RuleWorld[];
}

/** Listeners that come and go; `plain` and `secure` stay. */
export const EXTRA_LISTENERS = [
  'plain-b',
  'plain-extra',
  'secure-a',
  'secure-other',
  'secure-extra',
] as const;
export type ExtraListener = (typeof EXTRA_LISTENERS)[number];

/** Services that a BackendTLSPolicy may target: their backends take TLS as well as clear text. */
export const SECURABLE = ['web', 'api', 'cart'] as const;
export type Securable = (typeof SECURABLE)[number];
/** The CA that a policy trusts: that of the backends, or one that has signed nothing. */
export type TrustedCa = 'ca-right' | 'ca-wrong';

export const CERTIFICATES = ['tls-0', 'tls-1', 'tls-2'] as const;
export type CertificateName = (typeof CERTIFICATES)[number];

export interface World {
  readonly services: readonly ServiceWorld[];
  readonly routes: readonly RouteWorld[];
  readonly extraListeners: readonly ExtraListener[];
  /** Which of the prepared key pairs each Secret holds. */
  readonly keyPairs: Readonly<Record<CertificateName, number>>;
  /** The Secret that listener `secure` serves. */
  readonly secureCertificate: CertificateName;
  /** What TCPRoutes, TLSRoutes and UDPRoutes lead to. */
  readonly streams: StreamsWorld;
  /** The CA that the BackendTLSPolicy of a Service trusts; none: there is no policy. */
  readonly policies: Readonly<Partial<Record<Securable, TrustedCa>>>;
  /** Whether namespace `far` lets routes of `default` refer to its Services. */
  readonly granted: boolean;
  /** Whether namespace `team` has the label that the listeners ask for. */
  readonly labelled: boolean;
}

/** What the first configuration has besides instances. */
export function firstWorld(services: readonly ServiceWorld[]): World {
  const to = (service: string, namespace = 'default', weight = 1): BackendWorld => ({
    service,
    namespace,
    port: 80,
    weight,
  });
  const rule = (prefix: string | undefined, ...backends: readonly BackendWorld[]): RuleWorld => ({
    prefix,
    filter: 'none',
    timeout: false,
    backends,
  });
  const route = (name: string, hostnames: readonly string[], ...rules: readonly RuleWorld[]): RouteWorld => ({
    kind: 'HTTPRoute',
    name,
    namespace: 'default',
    hostnames,
    sectionName: undefined,
    rules,
  });
  return {
    services,
    routes: [
      route('every', ['*.example.com'], rule('/api', to('api')), rule(undefined, to('web'))),
      route('a', ['a.example.com'], rule('/a', to('web'), to('cart')), rule('/api', to('far', 'far'))),
      route('b', ['b.example.com', 'other.test'], rule(undefined, to('cart'))),
      { ...route('team', ['c.example.com'], rule('/x', to('team', 'team'))), namespace: 'team' },
      {
        ...route('calls', ['a.example.com'], rule('/api', to('api')), rule('/x', to('far', 'far'))),
        kind: 'GRPCRoute',
      },
    ],
    extraListeners: ['secure-a'],
    keyPairs: { 'tls-0': 0, 'tls-1': 1, 'tls-2': 2 },
    secureCertificate: 'tls-0',
    streams: {
      tcp: [to('web'), to('api')],
      passthrough: [to('api'), to('cart')],
      terminated: [to('web'), to('cart')],
      udp: [to('cart'), to('far', 'far')],
    },
    policies: { cart: 'ca-right' },
    granted: true,
    labelled: true,
  };
}
