import { editStream, replace, ruleOf, type Changes } from './edits.js';

/** Of TCPRoutes, TLSRoutes and UDPRoutes. */
export const STREAM_CHANGES = {
  'move a weight of a stream': [
    2,
    editStream((backends, { random }) => {
      const backend = random.pick(backends);
      return backend && replace(backends, backend, { ...backend, weight: random.between(0, 3) });
    }),
  ],
  'swap backends of a stream': [
    2,
    editStream((_, supplies, world) => {
      const services = ruleOf(world, supplies).backends.filter(({ kind }) => kind === 'Service');
      return services.length === 0 ? undefined : services;
    }),
  ],
} as const satisfies Changes;
