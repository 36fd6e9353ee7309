import type { google } from '../../proto/index.js';

/** A protobuf Duration of whole seconds. */
export function seconds(count: number): google.protobuf.Duration {
  return { seconds: count, nanos: 0 };
}
