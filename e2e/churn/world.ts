// The configuration that is churned: plain data, each change makes a new one that shares what it did not touch.

import type { StreamsWorld } from './streams.js';

export const PORTS = { plain: 8080, plainExtra: 8081, secure: 8443, secureExtra: 9443 } as const;

/** A backend: what listens on its first port says `NAMEa`, on its second `NAMEb`. Addresses differ, ports do not. */
export interface Instance {
  readonly name: string;
  readonly address: string;
  readonly ports: readonly [number, number];
}

/**
 * A Service has two ports: 80, named `main`, and 81, named `alt`. `flipped`: `main` leads to the second port of each instance. An XBackend selects
 * its instances as Pods, and has their first port, or flipped their second.
 */
export interface ServiceWorld {
  readonly kind: BackendKind;
  readonly name: string;
  readonly namespace: string;
  readonly instances: readonly Instance[];
  readonly flipped: boolean;
}

/** All that there are, if none has been deleted; each may have another name at times, with `-next` behind it. */
export const SERVICES = [
  { kind: 'Service', name: 'web', namespace: 'default' },
  { kind: 'Service', name: 'api', namespace: 'default' },
  { kind: 'Service', name: 'cart', namespace: 'default' },
  { kind: 'Service', name: 'far', namespace: 'far' },
  { kind: 'Service', name: 'team', namespace: 'team' },
  { kind: 'Service', name: 'auth', namespace: 'default' },
  { kind: 'XBackend', name: 'pods', namespace: 'default' },
] as const;

export type BackendKind = 'Service' | 'XBackend';

/** An XBackend is referred to without a port. */
export interface BackendWorld {
  readonly kind: BackendKind;
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
  /** The Service that is asked whether a request may pass. */
  readonly auth: string | undefined;
  /** Clients are kept with an endpoint by a cookie. */
  readonly session: boolean;
  /** A request that is answered 502 is sent again. */
  readonly retries: boolean;
  readonly backends: readonly BackendWorld[];
}

export interface RouteWorld {
  readonly kind: 'HTTPRoute' | 'GRPCRoute';
  readonly name: string;
  /** In namespace `team`, whose label says whether the listeners take its routes, or in `default`. */
  readonly namespace: 'default' | 'team';
  readonly hostnames: readonly string[];
  /** A listener of the Gateway, or the ListenerSet; undefined: both of these. */
  readonly parent: (typeof PARENTS)[number] | undefined;
  readonly rules: readonly RuleWorld[];
}

export const PARENTS = ['plain', 'secure', 'secure-a', 'set'] as const;

/** Listeners that come and go; `plain` and `secure` stay. */
export const EXTRA_LISTENERS = ['plain-b', 'plain-extra', 'secure-a', 'secure-extra'] as const;
export type ExtraListener = (typeof EXTRA_LISTENERS)[number];

/** Listeners of the ListenerSet. */
export const SET_LISTENERS = ['plain-c', 'secure-other'] as const;

/** Of port `secureExtra`: who is let in, by the CA that has signed a client's certificate; `fallback` asks for one, and lets in everyone. */
export const CLIENTS = ['anyone', 'fallback', 'ca-right', 'ca-wrong'] as const;
export type ClientsWorld = (typeof CLIENTS)[number];

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
  /** Whether the ListenerSet is there, and whether the Gateway lets it in. */
  readonly listenerSet: boolean;
  readonly setsAllowed: boolean;
  /** The Service that listener `plain-b` asks before it chooses a route. */
  readonly listenerAuth: string | undefined;
  readonly clients: ClientsWorld;
  /** Which of the prepared key pairs each Secret holds. */
  readonly keyPairs: Readonly<Record<CertificateName, number>>;
  /** The Secret that listener `secure` serves. */
  readonly secureCertificate: CertificateName;
  /** What TCPRoutes, TLSRoutes and UDPRoutes lead to. */
  readonly streams: StreamsWorld;
  /** The CA that the BackendTLSPolicy of a Service trusts; none: there is no policy. */
  readonly policies: Readonly<Partial<Record<Securable, TrustedCa>>>;
  /** The Service whose retries a XBackendTrafficPolicy limits – to more than there are. */
  readonly budget: Securable | undefined;
  /** Whether an XTelemetryPolicy sends spans to Service `auth`, which understands none. */
  readonly tracing: boolean;
  /** Whether namespace `far` lets routes of `default` refer to its Services. */
  readonly granted: boolean;
  /** Whether namespace `team` has the label that the listeners ask for. */
  readonly labelled: boolean;
}

/** What the first configuration has besides instances. */
export function firstWorld(services: readonly ServiceWorld[]): World {
  const to = (service: string, namespace = 'default'): BackendWorld => ({
    kind: service === 'pods' ? 'XBackend' : 'Service',
    service,
    namespace,
    port: 80,
    weight: 1,
  });
  const rule = (prefix: string | undefined, ...backends: readonly BackendWorld[]): RuleWorld => ({
    prefix,
    filter: 'none',
    timeout: false,
    auth: undefined,
    session: false,
    retries: false,
    backends,
  });
  const route = (name: string, hostnames: readonly string[], ...rules: readonly RuleWorld[]): RouteWorld => ({
    kind: 'HTTPRoute',
    name,
    namespace: 'default',
    hostnames,
    parent: undefined,
    rules,
  });
  return {
    services,
    routes: [
      route('every', ['*.example.com'], rule('/api', to('api')), rule(undefined, to('web'), to('pods'))),
      route('a', ['a.example.com'], rule('/a', to('web'), to('cart')), rule('/api', to('far', 'far'))),
      route('b', ['b.example.com', 'other.test'], rule(undefined, to('cart'))),
      { ...route('team', ['c.example.com'], rule('/x', to('team', 'team'))), namespace: 'team' },
      {
        ...route('calls', ['a.example.com'], rule('/api', to('api')), rule('/x', to('far', 'far'))),
        kind: 'GRPCRoute',
      },
    ],
    extraListeners: ['secure-a', 'plain-b', 'secure-extra'],
    listenerSet: true,
    setsAllowed: true,
    listenerAuth: undefined,
    clients: 'anyone',
    keyPairs: { 'tls-0': 0, 'tls-1': 1, 'tls-2': 2 },
    secureCertificate: 'tls-0',
    streams: {
      tcp: [to('web'), to('api')],
      passthrough: [to('api'), to('cart')],
      terminated: [to('web'), to('cart')],
      udp: [to('cart'), to('far', 'far')],
    },
    policies: { cart: 'ca-right' },
    budget: undefined,
    tracing: false,
    granted: true,
    labelled: true,
  };
}
