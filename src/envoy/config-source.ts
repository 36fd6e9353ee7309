import { envoy } from '../proto/index.js';
import { duration } from './duration.js';

/** How long Envoy waits for a resource it asked for, in milliseconds; 0 waits for ever (DESIGN D6). */
const INITIAL_FETCH_TIMEOUT_MS = {
  /** An unserved table must not let a listener go live without its routes; an empty one is always served. */
  routes: 0,
  /** One missing endpoint set or secret must not hold up a whole proxy. */
  endpoints: 15_000,
  secret: 15_000,
} as const;

/** Where Envoy finds the resources that another one names: on the stream it already has. */
export function fromAds(type: keyof typeof INITIAL_FETCH_TIMEOUT_MS): envoy.config.core.v3.ConfigSource {
  return {
    ads: {},
    resourceApiVersion: envoy.config.core.v3.ApiVersion.V3,
    initialFetchTimeout: duration(INITIAL_FETCH_TIMEOUT_MS[type]),
  };
}
