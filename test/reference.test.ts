import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { serveCommand } from "../packages/twinport/src/commands/serve.ts";
import { messagesIn } from "../packages/twinport/src/messages/index.ts";
import { verbPages } from "../tools/verbs-reference.mjs";

const root = new URL("../", import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, root), "utf8");

/** The options that a page's tables have: those at the beginning of a row. */
const optionsIn = (text: string): string[] =>
  [...text.matchAll(/^\| `(--[a-z-]+)/gm)].map(([, option]) => option ?? "").sort();

describe("the reference of verbs", () => {
  it.each(verbPages())("$path is what the verb table says; else run node tools/verbs-reference.mjs", (page) => {
    expect(textOf(page.path)).toBe(page.text);
  });
});

describe("the reference of the command line", () => {
  const serve = serveCommand(messagesIn("en"), "en").options.map(({ long }) => long ?? "");
  // --lang and --help belong to every command, and are added where the commands are put together.
  const known = [...serve, "--lang", "--help"].sort();

  it.each(["docs/reference/command-line.md", "docs/zh-CN/reference/command-line.md"])(
    "%s has each option, and no other",
    (path) => {
      expect(optionsIn(textOf(path))).toEqual(known);
    },
  );

  it.each(["README.md", "README.zh-CN.md"])("%s has each option, and no other", (path) => {
    expect(optionsIn(textOf(path)).filter((option) => !known.includes(option))).toEqual([]);
    expect(serve.filter((option) => !optionsIn(textOf(path)).includes(option))).toEqual([]);
  });
});
