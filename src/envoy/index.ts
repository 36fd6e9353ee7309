// envoy – pure builders from the model of `routing` to encoded parts: one file per concern. It spells out, it decides nothing but Envoy's defaults.
export { configDump, type ConfigDump, type DumpedResource } from './config-dump.js';
export { encodeCounters, type EncodeCounters } from './counters.js';
export { EXTENSIONS, isUdpListener } from './names.js';
export { snapshotOf } from './snapshot.js';
