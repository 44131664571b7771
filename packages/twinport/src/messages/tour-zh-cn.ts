import type { TourMessages } from "./tour-en.ts";

/** What `twinport tour` says, in Chinese. */
export const tourZhCn: TourMessages = {
  tour: "tour",
};
