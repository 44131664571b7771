import { attemptCodes, causeCodes, clientCodes } from "./code-own.ts";
import { curlCodes } from "./code-curl.ts";
import { errnoCodes } from "./code-errno.ts";
import { replyCodes } from "./code-replies.ts";
import type { Cause, Side } from "../findings.ts";
import type { Language } from "../language.ts";

/** What a word is: a reply's code, an error of the system or of TLS, curl's exit code, or a word of ours. */
export type CodeKind = "reply" | "errno" | "curl" | "cause" | "client" | "attempt";

/** When somebody meets it: what it means depends on that. */
export type CodeMoment =
  | "lookup"
  | "connect"
  | "proxy"
  | "greeting"
  | "auth"
  | "login"
  | "mode"
  | "passive"
  | "active"
  | "data-tls"
  | "transfer"
  | "idle"
  | "file"
  | "upload"
  | "local";

/** What it comes from at one moment. */
export interface CodeStory {
  readonly at: CodeMoment;
  /** At whose end that is, most often. */
  readonly side: Side;
  readonly causes: readonly Cause[];
}

/** What the catalogues have for a word: what it means, and at which moment why and what to do. */
export interface CodeText {
  readonly means: string;
  readonly at?: Partial<Record<CodeMoment, StoryText>>;
}

/** Why it comes at a moment, and what to do; where a story has none, its causes say it. */
interface StoryText {
  readonly why: string;
  readonly todo: string;
}

/** The stories of each word that has any. */
export type CodeStories<Word extends string> = Readonly<Partial<Record<Word, readonly CodeStory[]>>>;

/** All words with stories, by their kind. A word may be of several kinds. */
export const codes: Readonly<Record<CodeKind, CodeStories<string>>> = {
  reply: replyCodes,
  errno: errnoCodes,
  curl: curlCodes,
  cause: causeCodes,
  client: clientCodes,
  attempt: attemptCodes,
};

/** The page of a cause; of any other word the section of the page that has all words. */
export function pageOf(word: string, kinds: readonly CodeKind[], language: Language): string {
  const folder = language === "en" ? "docs/reference/findings" : "docs/zh-CN/reference/findings";
  if (kinds.includes("cause")) return `${folder}/${word}.md`;
  return `${folder}/codes.md#${word.toLowerCase().replaceAll(" ", "-")}`;
}
