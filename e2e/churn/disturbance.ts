import type { Standalone } from '../harness/windlass.js';

/** What happens to the processes of a run while the configuration changes under load. */
export interface Disturbance {
  /** `windlass up` is ready; resolves once all that the load needs is. Then it goes on until {@link end}. */
  begin(windlass: Standalone): Promise<void>;
  /** Resolves when everything runs again and nothing will be disturbed any more. */
  end(): Promise<void>;
  /** Ends all that it started. Also when it never began. */
  close(): Promise<void>;
  /** Must a request be answered rightly that was sent to `address` at `from` (milliseconds of the monotonic clock)? */
  counts(address: string, from: number): boolean;
  /** What was happening at `address` at a time, for people. */
  situation(address: string, at: number): string;
  /** What was done, and what is wrong with it, for people. */
  report(): { readonly done: string; readonly faults: readonly string[] };
}

/** Nothing happens to them. */
export const UNDISTURBED: Disturbance = {
  begin: () => Promise.resolve(),
  end: () => Promise.resolve(),
  close: () => Promise.resolve(),
  counts: () => true,
  situation: () => '',
  report: () => ({ done: 'nothing', faults: [] }),
};
