/** RFC 3339 with microseconds. Source: meta/v1.MicroTime. */
export function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}
