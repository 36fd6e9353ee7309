// envoy – pure builders from the model of `routing` to encoded parts: one file per concern. It spells out, it decides nothing but Envoy's defaults.
export { ACCESS_LOG_FIELDS } from './access-log.js';
export { configDump, resourceJson, type ConfigDump, type DumpedResource } from './config-dump.js';
export { encodeCounters, type EncodeCounters } from './counters.js';
export { ALL_DEFAULTS, type Defaults } from './defaults.js';
export { EXTENSIONS, listenerName, routeName } from './names.js';
export { snapshotOf } from './snapshot.js';
