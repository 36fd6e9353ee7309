import type { google } from '../proto/index.js';

/** A protobuf Duration of so many milliseconds (whole, not negative). */
export function duration(milliseconds: number): google.protobuf.Duration {
  return { seconds: Math.trunc(milliseconds / 1000), nanos: (milliseconds % 1000) * 1_000_000 };
}
