// A delta client that reconnects brings resources of an earlier stream, by name and version.
import { receiveDelta, type DeltaRequest } from './delta-request.js';
import { mayBeKnown } from './push.js';
import { recall } from './recent.js';
import type { ResourceType } from './resource.js';
import type { Verdict } from './settle.js';
import { momentOf, type FleetView, type StreamState } from './stream-state.js';

/** Takes a request into the stream's state. What its first request of a type says the client has is known again where this process has sent it. */
export function receiveOnStream(
  stream: StreamState,
  type: ResourceType,
  request: DeltaRequest,
  view: FleetView,
  now: number,
): Verdict | undefined {
  const state = stream.types[type];
  const brings = !state.requested && request.known.size > 0;
  if (brings) stream.resumed = true;
  const verdict = receiveDelta(state, request, momentOf(view, type, now), mayBeKnown(stream, type));
  if (!brings) return verdict;
  for (const [name, version] of state.told) {
    if (typeof version !== 'string') continue;
    // It may have been warming when the stream broke.
    if (type === 'cluster') stream.warming.set(name, now);
    state.told.set(name, recall(view.recent, type, name, version) ?? version);
  }
  return verdict;
}
