import { systemClock } from "@twinport/channel";
import type { Clock } from "@twinport/channel";

/** A clock on which so many seconds pass in one: time-outs happen in the middle of things. */
export function hurriedClock(times: number): Clock {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * times,
    after: (milliseconds, run) => systemClock.after(milliseconds / times, run),
  };
}
