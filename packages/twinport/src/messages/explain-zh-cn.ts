import type { ExplainMessages } from "./explain-en.ts";

/** What `twinport explain` says, in Chinese. */
export const explainZhCn: ExplainMessages = {
  explain: "explain",
};
