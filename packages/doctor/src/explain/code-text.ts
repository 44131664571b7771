import { codesMessagesIn } from "./code-explanation.ts";
import { WIDTH, hangText, wrapText } from "./picture-lines.ts";
import type { CodeExplanation, ExplainedCause, ExplainedStory } from "./code-explanation.ts";
import type { CodesMessages } from "../messages/codes-en.ts";
import type { Language } from "../language.ts";

/** What a word means as lines of text: first the meaning, then each moment with why, at whose end, and what to do. */
export function formatCode(explanation: CodeExplanation, language: Language): string[] {
  const say = codesMessagesIn(language);
  const { word, means, stories, page } = explanation;
  const isOpen = stories.some(({ side }) => side === "undecided");
  return [
    ...wrapText(say.title(word, means), WIDTH),
    ...stories.flatMap((story, index) => [
      "",
      ...hangText(` ${index + 1}. `, story.when),
      ...bodyOf(story, word, say).flatMap((line) => hangText("    ", line)),
    ]),
    "",
    ...(isOpen ? [`${say.examine}twinport doctor ftp://HOST/`] : []),
    `${say.page}${page}`,
  ];
}

function bodyOf({ why, todo, side, causes }: ExplainedStory, word: string, say: CodesMessages): string[] {
  const where = `${say.where}${say.sides[side]}`;
  if (why === undefined || todo === undefined)
    return [where, ...causes.flatMap((cause) => causeLines(cause, word, say))];
  const named = causes.map(({ cause }) => cause).join(say.comma);
  return [`${say.why}${why}`, where, `${say.todo}${todo}`, ...(named === "" ? [] : [`${say.findings}${named}`])];
}

/** What a cause means stands above already, where it is the word itself. */
function causeLines({ cause, means, todo }: ExplainedCause, word: string, say: CodesMessages): string[] {
  return [...(cause === word ? [] : [say.title(cause, means)]), `${say.todo}${todo}`];
}
