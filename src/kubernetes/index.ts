// kubernetes – the API client: credentials and requests, and the loop that follows all objects of a kind.
export { createApiClient, type ApiClient, type ApiRequest } from './api-client.js';
export { ApiError } from './api-error.js';
export { apply, remove, type ApplyOptions } from './apply.js';
export {
  startReflector,
  type ReflectedChange,
  type Reflector,
  type ReflectorLimits,
  type ReflectorOptions,
  type ReflectorState,
} from './reflector.js';
export type { ServerObject } from './server-object.js';
