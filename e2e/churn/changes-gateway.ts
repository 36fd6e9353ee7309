import { serverOf, type Changes } from './edits.js';
import { CERTIFICATES, CLIENTS, EXTRA_LISTENERS } from './world.js';

export const KEY_PAIRS = 6;

/** Of listeners, wherever they are written. */
export const GATEWAY_CHANGES = {
  'toggle a listener': [
    2,
    (world, { random }) => {
      const name = random.pick(EXTRA_LISTENERS);
      if (name === undefined) return undefined;
      const extraListeners = EXTRA_LISTENERS.filter(
        (one) => world.extraListeners.includes(one) !== (one === name),
      );
      return { ...world, extraListeners };
    },
  ],
  'rotate a certificate': [
    2,
    (world, { random }) => {
      const name = random.pick(CERTIFICATES) ?? 'tls-0';
      const keyPairs = { ...world.keyPairs, [name]: (world.keyPairs[name] + 1) % KEY_PAIRS };
      return { ...world, keyPairs };
    },
  ],
  'serve another Secret': [
    1,
    (world) => ({
      ...world,
      secureCertificate: world.secureCertificate === 'tls-0' ? 'tls-2' : 'tls-0',
    }),
  ],
  'toggle the ListenerSet': [2, (world) => ({ ...world, listenerSet: !world.listenerSet })],
  'let ListenerSets in, or not': [2, (world) => ({ ...world, setsAllowed: !world.setsAllowed })],
  'ask before a listener': [
    2,
    (world) => {
      const listenerAuth = serverOf(world);
      return world.listenerAuth === listenerAuth ? undefined : { ...world, listenerAuth };
    },
  ],
  'ask no more before a listener': [
    1,
    (world) => (world.listenerAuth === undefined ? undefined : { ...world, listenerAuth: undefined }),
  ],
  'let in other clients': [
    3,
    (world, { random }) => {
      const clients = random.pick(CLIENTS) ?? 'anyone';
      return world.clients === clients ? undefined : { ...world, clients };
    },
  ],
} as const satisfies Changes;
