import type { MessageTypes } from '../proto/index.js';
import type { ResourceType } from './resource.js';
import { receiveOnStream } from './resume.js';
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
  const nonce = request.responseNonce ?? '';
  const error = request.errorDetail === undefined ? undefined : (request.errorDetail.message ?? '');
  if (stream.protocol === 'sotw')
    return receiveSotw(
      stream.types[type],
      { names: request.resourceNames ?? [], nonce, error },
      momentOf(view, type, now),
    );
  const known = new Map(Object.entries(request.initialResourceVersions ?? {}));
  const { resourceNamesSubscribe: subscribe = [], resourceNamesUnsubscribe: unsubscribe = [] } = request;
  return receiveOnStream(stream, type, { subscribe, unsubscribe, known, nonce, error }, view, now);
}
