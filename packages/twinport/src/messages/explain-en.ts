/** What `twinport explain` says, in English. */
export const explainEn = {
  explain: "explain",
};

/** The sentences of `twinport explain`. */
export type ExplainMessages = typeof explainEn;
