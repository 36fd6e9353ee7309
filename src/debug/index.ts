// debug – the HTTP endpoint that shows what is going on: reads everything, changes nothing.
export { configView } from './config-view.js';
export { startDebugServer, type DebugServer } from './server.js';
export type { DebugView, EnvoyView, FleetView, StreamView } from './view.js';
