import { Timeline, type ChangedObject, type StreamHappening } from '../../debug/index.js';
import { encodeCounters } from '../../envoy/index.js';
import { displayRef, refOf } from '../../resources/index.js';
import type { StoreChange } from '../../store/index.js';
import type { Metrics } from '../../telemetry/index.js';
import type { ResourceType, XdsEvent } from '../../xds/index.js';

/** Keeps the timeline, and the histograms that come from it. */
export interface Recorder {
  readonly timeline: Timeline;
  /** The store took these changes in; they are translated next. */
  changed(changes: readonly StoreChange[]): void;
  translated(ms: number): void;
  happened(event: XdsEvent): void;
}

/** @param now milliseconds since the epoch, with fractions */
export function createRecorder(metrics: Metrics, now: () => number): Recorder {
  const timeline = new Timeline();
  let before = encodeCounters();
  return {
    timeline,
    changed: (changes) => {
      before = encodeCounters();
      timeline.begin(changes.flatMap(objectsOf), now());
    },
    translated: (ms) => {
      const counts = Object.entries<number>({ ...encodeCounters() });
      const earlier = new Map(Object.entries<number>({ ...before }));
      const encoded = counts.map(([sort, count]) => [sort, count - (earlier.get(sort) ?? 0)] as const);
      timeline.translated(ms, Object.fromEntries(encoded));
    },
    happened: (event) => {
      if (event.kind === 'snapshot') timeline.snapshot(event.fleet, event.changed, now());
      else if (event.kind === 'ended') timeline.ended(event.stream);
      else observe(metrics, event.type, timeline, event, now());
    },
  };
}

function observe(
  metrics: Metrics,
  type: ResourceType,
  timeline: Timeline,
  happening: StreamHappening,
  now: number,
): void {
  const latency = timeline.happened(happening, now);
  if (latency === undefined) return;
  metrics.observe('windlass_push_to_ack_seconds', { type }, latency.sincePushMs / 1000);
  if (latency.sinceChangeMs === undefined) return;
  metrics.observe('windlass_change_to_ack_seconds', { type }, latency.sinceChangeMs / 1000);
}

function objectsOf({
  upserts = [],
  deletes = [],
  observations = [],
  unobserved = [],
}: StoreChange): readonly ChangedObject[] {
  const observed = [...observations.map(({ fleet }) => fleet), ...unobserved];
  return [
    ...upserts.map((object) => ({
      change: 'written' as const,
      object: displayRef(refOf(object)),
      generation: object.metadata.generation,
    })),
    ...deletes.map((ref) => ({ change: 'deleted' as const, object: displayRef(ref), generation: undefined })),
    ...observed.map((fleet) => ({
      change: 'observed' as const,
      object: `fleet ${fleet}`,
      generation: undefined,
    })),
  ];
}
