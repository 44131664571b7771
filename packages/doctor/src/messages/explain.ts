import { explainEn } from "./explain-en.ts";
import { explainZhCn } from "./explain-zh-cn.ts";
import type { Language } from "../language.ts";
import type { ExplainMessages } from "./explain-en.ts";

/** The sentences about a mode and its picture in a language. */
export const explainMessages: Readonly<Record<Language, ExplainMessages>> = { en: explainEn, "zh-CN": explainZhCn };
