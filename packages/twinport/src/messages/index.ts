import { en } from "./en.ts";
import { zhCn } from "./zh-cn.ts";
import type { Language } from "@twinport/daemon";
import type { Messages } from "./en.ts";

/** The command's sentences in a language. */
export function messagesIn(language: Language): Messages {
  return language === "en" ? en : zhCn;
}

export type { Messages };
