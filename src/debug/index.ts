// debug – the HTTP endpoint that shows what is going on: reads everything, changes nothing.
export { configView } from './config-view.js';
export { startDebugServer, type DebugServer } from './server.js';
export { Timeline, type Latency, type StreamHappening } from './timeline.js';
export type { ChangedObject, FleetEntry, PushEntry, TimelineEntry } from './timeline-entry.js';
export type { ClusterView, DebugView, EnvoyView, FleetView, StreamView } from './view.js';
