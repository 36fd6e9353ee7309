/** One metric: what it counts or measures. Units are in the names (Prometheus' convention: base units, `_total` for counters). */
export interface Metric {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
}

/** Every metric, by name. `docs/reference/metrics.md` repeats this table; a test ties the two. */
export const METRICS = {
  windlass_build_info: {
    type: 'gauge',
    help: 'Always 1; the label is the version that runs.',
    labels: ['version'],
  },
  windlass_start_time_seconds: {
    type: 'gauge',
    help: 'When the process started, in seconds of Unix time.',
    labels: [],
  },
  windlass_resident_memory_bytes: {
    type: 'gauge',
    help: 'Resident memory of the control plane.',
    labels: [],
  },
  windlass_event_loop_delay_seconds: {
    type: 'gauge',
    help: 'How late the event loop was since the last scrape, by quantile; 1 is the worst.',
    labels: ['quantile'],
  },
  windlass_ready: { type: 'gauge', help: '1 once the first complete store was translated.', labels: [] },
  windlass_source_documents_parsed_total: {
    type: 'counter',
    help: 'YAML documents parsed; unchanged ones are not parsed again.',
    labels: [],
  },
  windlass_source_objects_validated_total: { type: 'counter', help: 'Objects validated.', labels: [] },
  windlass_source_objects_changed_total: {
    type: 'counter',
    help: 'Objects that appeared, changed or went.',
    labels: [],
  },
  windlass_source_kind_state: {
    type: 'gauge',
    help: 'How far each kind of a cluster is known: 1 for its state, which is waiting, synced, absent, unneeded or failing.',
    labels: ['kind', 'state'],
  },
  windlass_source_objects: {
    type: 'gauge',
    help: 'Objects of a cluster that are known; of Secrets and ConfigMaps, those that exist.',
    labels: ['kind'],
  },
  windlass_source_refused_objects: {
    type: 'gauge',
    help: 'Objects of a cluster that cannot be used as they are there.',
    labels: ['kind'],
  },
  windlass_source_failures_total: {
    type: 'counter',
    help: 'Lists and watches of a cluster that failed and were tried again.',
    labels: ['kind'],
  },
  windlass_source_content_fetches_total: {
    type: 'counter',
    help: 'Requests for the contents of Secrets and ConfigMaps that something refers to.',
    labels: ['kind'],
  },
  windlass_diagnostics: {
    type: 'gauge',
    help: 'Faults and warnings that stand in the files now.',
    labels: ['severity'],
  },
  windlass_translations_total: {
    type: 'counter',
    help: 'Translations of the store to the model.',
    labels: [],
  },
  windlass_translation_seconds: {
    type: 'histogram',
    help: 'Time from a change of the store to new snapshots, statuses included.',
    labels: [],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  },
  windlass_change_to_ack_seconds: {
    type: 'histogram',
    help: 'Time from a change of the store to the acknowledgement of what it changed, by type, of each Envoy connected before.',
    labels: ['type'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  windlass_push_to_ack_seconds: {
    type: 'histogram',
    help: 'Time from a push to its acknowledgement or rejection, by type; of clusters it holds the warming.',
    labels: ['type'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  windlass_translation_steps_total: {
    type: 'counter',
    help: 'Steps of translation that really ran; cache hits do not count.',
    labels: ['step'],
  },
  windlass_encoded_total: {
    type: 'counter',
    help: 'Parts really encoded, by sort; cache hits do not count.',
    labels: ['sort'],
  },
  windlass_fleet_resources: {
    type: 'gauge',
    help: "Resources in a fleet's snapshot.",
    labels: ['fleet', 'type'],
  },
  windlass_fleet_connected: {
    type: 'gauge',
    help: "A fleet's Envoys that hold an xDS stream.",
    labels: ['fleet'],
  },
  windlass_fleet_current: {
    type: 'gauge',
    help: 'Of those, the ones that acknowledged the current versions.',
    labels: ['fleet'],
  },
  windlass_fleet_rejected: {
    type: 'gauge',
    help: "Resources of a fleet's current versions that an Envoy rejected.",
    labels: ['fleet'],
  },
  windlass_xds_streams_total: {
    type: 'counter',
    help: 'xDS streams: all; without a valid token; of an Envoy that is too old; ended because the client stalled, or for their age; and requests for types that are not served.',
    labels: ['event'],
  },
  windlass_xds_refusals_total: {
    type: 'counter',
    help: 'xDS streams that were refused, by reason.',
    labels: ['reason'],
  },
  windlass_xds_certificate_expiry_timestamp_seconds: {
    type: 'gauge',
    help: 'When the serving certificate of the xDS port, and the youngest CA that signs such ones, end: seconds of Unix time.',
    labels: ['certificate'],
  },
  windlass_token_reviews_total: {
    type: 'counter',
    help: 'Tokens of Envoys that were looked at: the API server accepted or refused them, had just done so (remembered), or failed to answer; then the signature may decide.',
    labels: ['result'],
  },
  windlass_xds_events_total: {
    type: 'counter',
    help: 'By type: pushes, the resources, removals and bytes in them, acknowledgements and rejections.',
    labels: ['type', 'event'],
  },
  windlass_envoys: { type: 'gauge', help: 'Local Envoy processes.', labels: ['fleet', 'state'] },
  windlass_envoy_restarts_total: {
    type: 'counter',
    help: 'How often a local Envoy that died was started again.',
    labels: ['fleet'],
  },
  windlass_infra_writes_total: {
    type: 'counter',
    help: 'Objects written for Gateways in a cluster, by kind: `apply` makes or changes one, `remove` deletes it.',
    labels: ['kind', 'operation'],
  },
  windlass_infra_failures_total: {
    type: 'counter',
    help: 'Writes of such objects that the API server refused, or that did not reach it.',
    labels: ['kind'],
  },
  windlass_status_transitions_total: {
    type: 'counter',
    help: 'Conditions that changed their status.',
    labels: [],
  },
  windlass_status_writes_total: {
    type: 'counter',
    help: 'Writes of statuses into the API server, by kind: written; conflict: somebody wrote meanwhile, and it is done anew at once; failed: tried again later.',
    labels: ['kind', 'result'],
  },
  windlass_status_pending: {
    type: 'gauge',
    help: 'Objects whose status is to be looked at or written.',
    labels: [],
  },
  windlass_events_total: {
    type: 'counter',
    help: 'Events about objects: written; failed; dropped because too many waited.',
    labels: ['result'],
  },
  windlass_replicas: {
    type: 'gauge',
    help: 'Other replicas of the control plane: heard; awaited: not yet; lost: what it said last counts still; silent: its Envoys are not counted.',
    labels: ['state'],
  },
  windlass_leader: {
    type: 'gauge',
    help: '1 while this replica holds the Lease and writes statuses and infrastructure.',
    labels: [],
  },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;
type OfType<T extends Metric['type']> = {
  [N in MetricName]: (typeof METRICS)[N]['type'] extends T ? N : never;
}[MetricName];
export type CounterName = OfType<'counter'>;
export type GaugeName = OfType<'gauge'>;
export type HistogramName = OfType<'histogram'>;
/** The labels of a metric: each of them, and no other. */
export type LabelsOf<N extends MetricName> = Readonly<Record<(typeof METRICS)[N]['labels'][number], string>>;
