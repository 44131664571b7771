/** What `twinport tour` says, in English. */
export const tourEn = {
  tour: "tour",
};

/** The sentences of `twinport tour`. */
export type TourMessages = typeof tourEn;
