import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { describe, expect, it, test } from "vitest";
import { causes } from "../packages/doctor/src/findings.ts";
import { codeWords, explainCode } from "../packages/doctor/src/explain/code-explanation.ts";
import { commandsFor } from "../packages/twinport/src/commands/commands.ts";
import { messagesIn } from "../packages/twinport/src/messages/index.ts";
import { codePages } from "../tools/codes-reference.mjs";
import type { Language } from "../packages/doctor/src/language.ts";

const root = new URL("../", import.meta.url);
const textOf = (page: string): string => readFileSync(new URL(page, root), "utf8");
const folders = { en: "docs/reference/findings", "zh-CN": "docs/zh-CN/reference/findings" } as const;
const languages: readonly Language[] = ["en", "zh-CN"];

/** What a link behind `#` may name: headings as they are written into addresses. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, "")
      .replaceAll(" ", "-"),
  );

const headingsOf = (text: string): number => [...text.matchAll(/^## /gm)].length;

/** Without what programs say and what is typed. */
const proseOf = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`|\([^()\s]*\)/g, "");

describe("the pages that come from the tables", () => {
  it.each(codePages())("$path is what the tables say; else run node tools/codes-reference.mjs", (page) => {
    expect(textOf(page.path)).toBe(page.text);
  });
});

describe.each(languages)("the pages of findings in %s", (language) => {
  const folder = folders[language];

  it("are one for each cause, and no other", () => {
    const pages = readdirSync(new URL(`${folder}/`, root)).sort();
    expect(pages).toEqual([...causes.map((cause) => `${cause}.md`), "codes.md", "index.md"].sort());
  });

  it.each(causes)("%s has its figure, and all parts", (cause) => {
    const text = textOf(`${folder}/${cause}.md`);
    expect(text).toMatch(new RegExp(`^# ${cause}\n`));
    expect(headingsOf(text)).toBe(7);
    expect(text).toMatch(/^ 1 {2}.*(?:▶|✗)/m);
    expect(text).toContain("[");
  });

  it("are there for every word that is explained", () => {
    for (const word of codeWords) {
      const [page = "", anchor] = explainCode(word, language)?.page.split("#") ?? [];
      expect(existsSync(new URL(page, root)), page).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(textOf(page)), word).toContain(anchor);
    }
  });

  it("link to pages that are there", () => {
    for (const page of readdirSync(new URL(`${folder}/`, root))) {
      for (const [, target = ""] of textOf(`${folder}/${page}`).matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
        expect(existsSync(new URL(path.posix.join(folder, target), root)), `${page}: ${target}`).toBe(true);
      }
    }
  });
});

test("the commands that the pages name have the options that stand there", async () => {
  const terminal = { input: process.stdin, output: process.stdout, errors: process.stderr };
  const setting = { terminal: { ...terminal, environment: {}, now: Date.now }, messages: messagesIn("en") };
  const commands = await commandsFor([], { ...setting, language: "en" });
  const optionsOf = new Map(commands.map((command) => [command.name(), command.options.map(({ long }) => long)]));
  const pages = Object.values(folders).flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, root)).map((page) => `${folder}/${page}`),
  );
  for (const page of pages) {
    for (const [, name = "", rest = ""] of textOf(page).matchAll(/\btwinport ([a-z]+)((?: [^`\n#&（）]*)?)/g)) {
      const known = optionsOf.get(name);
      if (!known) continue;
      for (const [option] of rest.matchAll(/--[a-z-]+/g)) expect(known, `${page}: ${name} ${option}`).toContain(option);
    }
  }
});

test("the Chinese pages have Chinese punctuation", () => {
  const mixed = readdirSync(new URL(`${folders["zh-CN"]}/`, root)).flatMap((page) =>
    proseOf(textOf(`${folders["zh-CN"]}/${page}`))
      .split("\n")
      .filter((line) => /\p{Script=Han}\s?[,;:?!]|[,;?!]\s?\p{Script=Han}/u.test(line)),
  );
  expect(mixed).toEqual([]);
});
