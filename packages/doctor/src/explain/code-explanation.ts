import { codes, pageOf } from "./codes.ts";
import { codesEn } from "../messages/codes-en.ts";
import { codesZhCn } from "../messages/codes-zh-cn.ts";
import { nearWords } from "./code-near.ts";
import { readWord } from "./code-word.ts";
import type { Cause, Side } from "../findings.ts";
import type { CodeKind, CodeMoment, CodeStory, CodeText } from "./codes.ts";
import type { CodesMessages } from "../messages/codes-en.ts";
import type { Language } from "../language.ts";

/** A cause that may be behind a word. */
export interface ExplainedCause {
  readonly cause: Cause;
  readonly means: string;
  readonly todo: string;
  readonly page: string;
}

/** What a word comes from at one moment. */
export interface ExplainedStory {
  readonly at: CodeMoment;
  /** The moment in the reader's words. */
  readonly when: string;
  readonly side: Side;
  /** Undefined where the causes say it. */
  readonly why?: string;
  readonly todo?: string;
  readonly causes: readonly ExplainedCause[];
}

/** A word, explained. */
export interface CodeExplanation {
  readonly word: string;
  readonly kinds: readonly CodeKind[];
  readonly means: string;
  readonly stories: readonly ExplainedStory[];
  readonly page: string;
}

const catalogues: Readonly<Record<Language, CodesMessages>> = { en: codesEn, "zh-CN": codesZhCn };
const kinds = Object.keys(codes) as readonly CodeKind[];

/** The sentences of all this. */
export function codesMessagesIn(language: Language): CodesMessages {
  return catalogues[language];
}

/** All words that can be explained. */
export const codeWords: readonly string[] = [...new Set(kinds.flatMap((kind) => Object.keys(codesEn.words[kind])))];

/**
 * Explains a reply's code, the name of an error, curl's exit code, a finding, or a word of our client, also where it stands
 * in what a program has said.
 *
 * @returns undefined for what is not known
 */
export function explainCode(said: string, language: Language): CodeExplanation | undefined {
  const word = readWord(said, codeWords);
  if (word === undefined) return undefined;
  const say = codesMessagesIn(language);
  const first = /^([1-6])\d\d$/.exec(word)?.[1];
  if (!codeWords.includes(word)) {
    const known = `${first}yz`;
    const { means } = textOf("reply", known, say) ?? { means: "" };
    const page = pageOf(known, ["reply"], language);
    return { word, kinds: ["reply"], means: say.asClass(first ?? "", means), stories: [], page };
  }
  const found = kinds.filter((kind) => textOf(kind, word, say));
  return {
    word,
    kinds: found,
    means: found.flatMap((kind) => textOf(kind, word, say)?.means ?? [])[0] ?? "",
    stories: uniqueStories(found, word).map(({ kind, story }) => told(story, textOf(kind, word, say), language)),
    page: pageOf(word, found, language),
  };
}

/** Why a word cannot be explained, with those that may have been meant. */
export function sayNotKnown(word: string, language: Language): string {
  return codesMessagesIn(language).notKnown(word, nearWords(word, codeWords));
}

function textOf(kind: CodeKind, word: string, { words }: CodesMessages): CodeText | undefined {
  const texts: Readonly<Record<string, CodeText>> = words[kind];
  return Object.hasOwn(texts, word) ? texts[word] : undefined;
}

/** A word of several kinds has one story a moment: that of the kind that comes first. */
function uniqueStories(found: readonly CodeKind[], word: string): { kind: CodeKind; story: CodeStory }[] {
  const all = found.flatMap((kind) => (codes[kind][word] ?? []).map((story) => ({ kind, story })));
  return all.filter(({ story: { at } }, index) => all.findIndex(({ story }) => story.at === at) === index);
}

function told({ at, side, causes }: CodeStory, text: CodeText | undefined, language: Language): ExplainedStory {
  const say = codesMessagesIn(language);
  return {
    at,
    when: say.moments[at],
    side,
    ...text?.at?.[at],
    causes: causes.map((cause) => ({
      cause,
      means: say.words.cause[cause].means,
      todo: say.words.cause[cause].todo,
      page: pageOf(cause, ["cause"], language),
    })),
  };
}
