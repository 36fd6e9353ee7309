// kubernetes – the API client: credentials and requests, the loop that follows all objects of a kind, and a way to ports of Pods.
export { ApiError } from './api-error.js';
export { createApiClient, type ApiClient, type ApiRequest } from './api-client.js';
export { apply, remove, type ApplyOptions } from './apply.js';
export { loadCredentials, type CredentialsOptions } from './credentials.js';
export {
  createEventRecorder,
  type EventRecorder,
  type EventRecorderOptions,
  type Note,
  type Regarding,
} from './events.js';
export { startLeaderElection, type LeaderElection, type LeaderElectionOptions } from './leader-election.js';
export { getFromPod, type PodAnswer, type PodPort } from './port-forward.js';
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
