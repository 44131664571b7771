import type { RemoteTime, TimePrecision } from "@twinport/protocol";

/** Milliseconds within which two times of a precision are one. */
const units: Readonly<Record<TimePrecision, number>> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  day: 24 * 3_600_000,
};

/** A day in a zone that nobody knows begins and ends up to so much earlier or later. */
const FARTHEST_ZONE = 14 * 3_600_000;

/** How one time stands to another. */
export type TimeDifference = "same" | "newer" | "older" | "not-known";

/** Whether a time can be compared: one to the minute in a zone that nobody knows cannot. */
export function isComparable(time: RemoteTime | undefined): time is RemoteTime {
  return time !== undefined && (time.zone === "utc" || time.precision === "day");
}

/** Whether it was told less exactly than a question for this one file would tell it. */
export function isCoarse({ precision, zone }: RemoteTime): boolean {
  return precision === "minute" || precision === "day" || zone === "server";
}

/**
 * How the source's time stands to the target's, as far as both are told: what is within the coarser one's precision is
 * the same.
 *
 * @param grain milliseconds within which the file system that keeps it has but one time
 */
export function compareTimes(
  source: RemoteTime | undefined,
  target: RemoteTime | undefined,
  grain: number,
): TimeDifference {
  if (!isComparable(source) || !isComparable(target)) return "not-known";
  const within = Math.max(grain, widthOf(source), widthOf(target));
  const difference = source.at - target.at;
  if (Math.abs(difference) < within) return "same";
  return difference > 0 ? "newer" : "older";
}

function widthOf({ precision, zone }: RemoteTime): number {
  return units[precision] + (zone === "server" ? FARTHEST_ZONE : 0);
}
