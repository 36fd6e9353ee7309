// kubernetes – the API client: credentials and requests, the loop that follows all objects of a kind, and a way to ports of Pods.
export { ApiError } from './api-error.js';
export { createApiClient, type ApiClient, type ApiRequest } from './api-client.js';
export { loadCredentials, type CredentialsOptions } from './credentials.js';
export { getFromPod, type PodAnswer, type PodPort } from './port-forward.js';
export {
  startReflector,
  type ReflectedChange,
  type Reflector,
  type ReflectorLimits,
  type ReflectorOptions,
  type ReflectorState,
} from './reflector.js';
export type { ServerObject } from './server-object.js';
