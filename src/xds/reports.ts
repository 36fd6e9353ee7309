import { createScheduler } from './scheduler.js';

/** News of fleets, told soon, but not more often than is worth it. */
export interface Reports {
  readonly schedule: (fleet: string) => void;
  readonly stop: () => void;
}

/**
 * Tells of a fleet once per turn of the event loop, and then not again for a pause: whoever is told asks all its streams, which must not follow every single
 * answer. What happens in the pause is told after it. @param pauseMs milliseconds, by fleet
 */
export function createReports(tell: (fleet: string) => void, pauseMs: (fleet: string) => number): Reports {
  const pauses = new Map<string, { readonly timer: NodeJS.Timeout; isNews: boolean }>();
  const turns = createScheduler<string>((fleet) => {
    const pause = pauses.get(fleet);
    if (pause !== undefined) {
      pause.isNews = true;
      return;
    }
    tell(fleet);
    const ms = pauseMs(fleet);
    if (ms >= 1) pauses.set(fleet, { timer: setTimeout(() => resume(fleet), ms), isNews: false });
  });
  const resume = (fleet: string): void => {
    const isNews = pauses.get(fleet)?.isNews === true;
    pauses.delete(fleet);
    if (isNews) turns.schedule(fleet);
  };
  return {
    schedule: turns.schedule,
    stop: () => {
      turns.stop();
      for (const { timer } of pauses.values()) clearTimeout(timer);
      pauses.clear();
    },
  };
}
