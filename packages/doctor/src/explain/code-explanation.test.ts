import { codes as replyCodesOfServer } from "@twinport/protocol";
import { describe, expect, test } from "vitest";
import { causes } from "../findings.ts";
import { codes } from "./codes.ts";
import { codeWords, codesMessagesIn, explainCode, sayNotKnown } from "./code-explanation.ts";
import { formatCode } from "./code-text.ts";
import type { CodeKind, CodeText } from "./codes.ts";
import type { Language } from "../language.ts";

const languages: readonly Language[] = ["en", "zh-CN"];
const kinds = Object.keys(codes) as readonly CodeKind[];

test.each([
  ["425", "425"],
  ["  530 Login incorrect.", "530"],
  ["425: Can't open data connection", "425"],
  ["4yz", "4yz"],
  ["ECONNRESET", "ECONNRESET"],
  ["econnreset", "ECONNRESET"],
  ["WSAECONNRESET", "ECONNRESET"],
  ["Socket error 10054", "ECONNRESET"],
  ["Error: connect ECONNREFUSED 127.0.0.1:21", "ECONNREFUSED"],
  ["curl:28", "curl 28"],
  ["curl 28", "curl 28"],
  ["curl: (28) Connection timed out", "curl 28"],
  ["curl 51", "curl 60"],
  ["Out-Silent", "out-silent"],
  ["no-mode-moves-data", "no-mode-moves-data"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "ERR_TLS_CERT_ALTNAME_INVALID"],
])("%j is about %s", (said, word) => expect(explainCode(said, "en")?.word).toBe(word));

test("a code that nobody has written down is explained by its first digit", () => {
  const explained = explainCode("487 whatever", "en");
  expect(explained?.word).toBe("487");
  expect(explained?.means).toContain("begin with 4");
  expect(explained?.page).toBe("docs/reference/findings/codes.md#4yz");
});

test.each(["", "zzzzzzzz", "curl 4711", "999", "4250", "the"])("of %j nothing is known", (said) => {
  expect(explainCode(said, "en")).toBeUndefined();
});

test("who has misspelt a word hears which one may have been meant", () => {
  expect(sayNotKnown("ECONRESET", "en")).toContain("ECONNRESET");
  expect(sayNotKnown("out-silnt", "zh-CN")).toContain("out-silent");
});

test("425 has its four usual stories: nobody reached the server, nor the client, no port was left, TLS was not taken up", () => {
  const stories = explainCode("425", "en")?.stories ?? [];
  expect(stories.map(({ at }) => at)).toEqual(["passive", "active", "mode", "data-tls"]);
  expect(stories.map(({ causes: [first] }) => first?.cause)).toEqual([
    "out-silent",
    "server-425",
    "range-exhausted",
    "tls-reuse-required",
  ]);
});

describe.each(languages)("in %s", (language) => {
  const { words } = codesMessagesIn(language);

  test.each(kinds)("each story of a %s has its sentences, or causes that have them", (kind) => {
    const texts: Readonly<Record<string, CodeText>> = words[kind];
    for (const [word, stories = []] of Object.entries(codes[kind])) {
      expect(texts[word], word).toBeDefined();
      for (const { at, causes: behind } of stories) {
        expect(texts[word]?.at?.[at] !== undefined || behind.length > 0, `${word} ${at}`).toBe(true);
      }
    }
    for (const [word, { at = {} }] of Object.entries(texts)) {
      const told = (codes[kind][word] ?? []).map((story) => story.at);
      for (const moment of Object.keys(at)) expect(told, word).toContain(moment);
    }
  });

  test("every word is explained in lines of text, with its page", () => {
    for (const word of codeWords) {
      const explanation = explainCode(word, language);
      expect(explanation?.word).toBe(word);
      const lines = explanation ? formatCode(explanation, language) : [];
      expect(lines[0]).toContain(word);
      expect(lines.at(-1)).toContain("/reference/findings/");
    }
  });
});

test("every code that our server answers with, and every cause of the doctor, can be explained", () => {
  for (const code of Object.values(replyCodesOfServer)) expect(codeWords).toContain(String(code));
  for (const cause of causes) expect(codeWords).toContain(cause);
});

test("sentences in Chinese have Chinese punctuation", () => {
  const own = codesMessagesIn("zh-CN").words;
  const texts = kinds.flatMap((kind) => JSON.stringify(own[kind]).match(/"(?:[^"\\]|\\.)*"/g) ?? []);
  const mixed = texts.filter((text) => /\p{Script=Han}\s?[,;:?!()]|[,;?!()]\s?\p{Script=Han}/u.test(text));
  expect(mixed).toEqual([]);
});
