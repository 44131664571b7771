import { en } from "./en.ts";
import { zhCn } from "./zh-cn.ts";
import type { Messages } from "./en.ts";

/** A language that people are spoken to in. */
export type Language = "en" | "zh-CN";

/** The sentences of a language. */
export function messagesIn(language: Language): Messages {
  return language === "en" ? en : zhCn;
}

export type { Messages };
