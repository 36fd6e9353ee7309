/** Milliseconds of the system's monotonic clock, which all processes of a machine share: times taken in different ones can be compared. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
