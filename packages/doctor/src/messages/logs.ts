import { logsEn } from "./logs-en.ts";
import { logsZhCn } from "./logs-zh-cn.ts";
import type { Language } from "../language.ts";
import type { LogsMessages } from "./logs-en.ts";

/** The sentences about logs in a language. */
export const logsMessages: Readonly<Record<Language, LogsMessages>> = { en: logsEn, "zh-CN": logsZhCn };
