import { visible } from "@twinport/protocol";
import { WIDTH, hangText, wrapText } from "../explain/picture-lines.ts";
import { serverCheckEn } from "./server-check-en.ts";
import { serverCheckZhCn } from "./server-check-zh-cn.ts";
import type { Language } from "../language.ts";
import type { ServerCheckReport, ServerCheckResult } from "../server-check/server-check.ts";
import type { ServerCheckMessages } from "./server-check-en.ts";

/** One result in words. */
export interface SaidServerCheck {
  /** What was examined. */
  readonly title: string;
  readonly status: string;
  readonly sentence: string;
  /** What is to be done, where anything is. */
  readonly fix?: string;
}

const catalogues: Readonly<Record<Language, ServerCheckMessages>> = { en: serverCheckEn, "zh-CN": serverCheckZhCn };

/** A result of an examination of a server, in the words of a language. */
export function sayServerCheck(result: ServerCheckResult, language: Language): SaidServerCheck {
  const { checks, statuses, words } = catalogues[language];
  // The facts are those of the code: the type of a result says so.
  const { what, fix } = words[result.code] as {
    readonly what: (facts: object) => string;
    readonly fix?: (facts: object) => string;
  };
  return {
    title: checks[result.check],
    status: statuses[result.status],
    sentence: visible(what(result.facts)),
    ...(fix && { fix: visible(fix(result.facts)) }),
  };
}

/** The whole examination, line by line: each result, what is to be done about it, and the sentence that sums it up. */
export function formatServerCheck({ results, canServe }: ServerCheckReport, language: Language): string[] {
  const messages = catalogues[language];
  const lines = results.flatMap((result) => {
    const { title, status, sentence, fix } = sayServerCheck(result, language);
    return [
      ...wrapText(messages.line(status, title, sentence), WIDTH - 2).map((line, i) => (i === 0 ? line : `  ${line}`)),
      ...(fix === undefined ? [] : hangText("    ", messages.fix(fix))),
    ];
  });
  const isFine = results.every(({ status }) => status === "ok" || status === "unknown");
  const last = canServe ? (isFine ? messages.works : messages.worksWithFindings) : messages.worksNot;
  return [...lines, "", last];
}
