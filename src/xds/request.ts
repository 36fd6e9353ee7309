import type { MessageTypes } from '../proto/index.js';
import { receiveDelta } from './delta-request.js';
import { mayBeKnown } from './push.js';
import type { ResourceType } from './resource.js';
import type { Verdict } from './settle.js';
import { receiveSotw } from './sotw-request.js';
import { momentOf, type FleetView, type StreamState } from './stream-state.js';

/** A request of either protocol, decoded: the fields of the other are absent. */
export type Request = MessageTypes['envoy.service.discovery.v3.DeltaDiscoveryRequest'] &
  MessageTypes['envoy.service.discovery.v3.DiscoveryRequest'];

/** Takes a request for a type into the state of its stream. Undefined when it says nothing about a response. */
export function receive(
  stream: StreamState,
  type: ResourceType,
  request: Request,
  view: FleetView,
  now: number,
): Verdict | undefined {
  const state = stream.types[type];
  const moment = momentOf(view, type, now);
  const nonce = request.responseNonce ?? '';
  const error = request.errorDetail === undefined ? undefined : (request.errorDetail.message ?? '');
  if (stream.protocol === 'sotw')
    return receiveSotw(state, { names: request.resourceNames ?? [], nonce, error }, moment);
  const known = new Map(Object.entries(request.initialResourceVersions ?? {}));
  if (known.size > 0) stream.resumed = true;
  const { resourceNamesSubscribe: subscribe = [], resourceNamesUnsubscribe: unsubscribe = [] } = request;
  return receiveDelta(
    state,
    { subscribe, unsubscribe, known, nonce, error },
    moment,
    mayBeKnown(stream, type),
  );
}

/** Does it say what the client is subscribed to? State-of-the-world requests do; that they say the same as before is not worth finding out. */
export function isAsking({
  resourceNamesSubscribe = [],
  resourceNamesUnsubscribe = [],
  resourceNames = [],
}: Request): boolean {
  return resourceNamesSubscribe.length + resourceNamesUnsubscribe.length + resourceNames.length > 0;
}
