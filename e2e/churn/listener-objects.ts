import { authFilter } from './auth.js';
import { streamListeners } from './streams.js';
import {
  type CertificateName,
  type ClientsWorld,
  type ExtraListener,
  PORTS,
  SET_LISTENERS,
  type World,
} from './world.js';

/** The ListenerSet. */
export const SET = { name: 'set', namespace: 'team' };

/** Of namespaces whose routes the listeners take. */
export const LABEL: object = { routes: 'welcome' };

const ALLOWED = { namespaces: { from: 'Selector', selector: { matchLabels: LABEL } } };

type ListenerName = 'plain' | 'secure' | ExtraListener | (typeof SET_LISTENERS)[number];

/** What a listener is made of, by its name. */
const LISTENERS = {
  plain: { port: PORTS.plain },
  secure: { port: PORTS.secure, hostname: '*.example.com' },
  'plain-b': { port: PORTS.plain, hostname: 'b.example.com' },
  'plain-extra': { port: PORTS.plainExtra },
  'secure-a': { port: PORTS.secure, hostname: 'a.example.com', certificate: 'tls-1' },
  'plain-c': { port: PORTS.plain, hostname: 'c.example.com' },
  'secure-other': { port: PORTS.secure, hostname: 'other.test', certificate: 'tls-2' },
  'secure-extra': { port: PORTS.secureExtra, hostname: '*.example.com', certificate: 'tls-2' },
} as const satisfies Record<
  ListenerName,
  { readonly port: number; readonly hostname?: string; readonly certificate?: CertificateName }
>;

/** The Secret that a listener serves. @param listener as the model names it: those of the set with namespace and name of that before it */
export function certificateOf(world: World, listener: string): CertificateName | undefined {
  if (listener === 'secure') return world.secureCertificate;
  const found = Object.entries(LISTENERS).find(([name]) => name === listener.split('/').at(-1))?.[1];
  return found !== undefined && 'certificate' in found ? found.certificate : undefined;
}

export function gatewayObject(world: World, addresses: readonly string[]): object {
  const names = ['plain', 'secure', ...world.extraListeners] as const;
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'edge', namespace: 'default' },
    spec: {
      gatewayClassName: 'windlass',
      ...(addresses.length > 0 && {
        addresses: addresses.map((value) => ({ type: 'IPAddress', value })),
      }),
      ...(world.setsAllowed && { allowedListeners: { namespaces: { from: 'All' } } }),
      ...(world.clients !== 'anyone' && { tls: { frontend: frontendOf(world.clients) } }),
      listeners: [
        ...streamListeners('tls-1', ALLOWED),
        ...names.map((name) => ({
          ...listenerObject(world, name, {}),
          ...(name === 'plain-b' &&
            world.listenerAuth !== undefined && {
              filters: { requests: [authFilter('listener', world.listenerAuth)] },
            }),
        })),
      ],
    },
  };
}

/** What a default is asked for, the port overrules: no other port asks for anything. */
function frontendOf(clients: Exclude<ClientsWorld, 'anyone'>): object {
  const name = clients === 'fallback' ? 'ca-right' : clients;
  const mode = clients === 'fallback' ? 'AllowInsecureFallback' : 'AllowValidOnly';
  const validation = { caCertificateRefs: [{ group: '', kind: 'ConfigMap', name }], mode };
  return { default: {}, perPort: [{ port: PORTS.secureExtra, tls: { validation } }] };
}

/** In namespace `team`; a grant lets it serve a Secret of `default`. */
export function listenerSetObject(world: World): object {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'ListenerSet',
    metadata: SET,
    spec: {
      parentRef: { name: 'edge', namespace: 'default' },
      listeners: SET_LISTENERS.map((name) => listenerObject(world, name, { namespace: 'default' })),
    },
  };
}

function listenerObject(world: World, name: ListenerName, secret: object): object {
  const { port, ...more } = LISTENERS[name];
  const certificate = certificateOf(world, name);
  return {
    name,
    port,
    ...('hostname' in more && { hostname: more.hostname }),
    ...(certificate === undefined
      ? { protocol: 'HTTP' }
      : { protocol: 'HTTPS', tls: { certificateRefs: [{ name: certificate, ...secret }] } }),
    allowedRoutes: ALLOWED,
  };
}
