// kubernetes – the API client: credentials and requests, and the loop that follows all objects of a kind.
export { createApiClient, type ApiClient, type ApiRequest } from './api-client.js';
export {
  startReflector,
  type ReflectedChange,
  type Reflector,
  type ReflectorLimits,
  type ReflectorOptions,
  type ReflectorState,
} from './reflector.js';
export { readServiceAccountIssuer, type ServiceAccountIssuer } from './service-account-issuer.js';
export type { ServerObject } from './server-object.js';
export { reviewToken, TOKEN_AUDIENCE, type TokenReview } from './token-review.js';
export { ApiError } from './api-error.js';
