/** The languages of all sentences. */
export type Language = "en" | "zh-CN";
