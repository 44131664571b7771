import { readFileSync } from "node:fs";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { commandsFor } from "../packages/twinport/src/commands/commands.ts";
import { serveCommand } from "../packages/twinport/src/commands/serve.ts";
import { messagesIn } from "../packages/twinport/src/messages/index.ts";
import { verbPages } from "../tools/verbs-reference.mjs";

const root = new URL("../", import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, root), "utf8");

/** The options that a page's tables have: those at the beginning of a row. */
const optionsIn = (text: string): string[] =>
  [...text.matchAll(/^\| `(--[a-z\d-]+)/gm)].map(([, option]) => option ?? "").sort();

describe("the reference of verbs", () => {
  it.each(verbPages())("$path is what the verb table says; else run node tools/verbs-reference.mjs", (page) => {
    expect(textOf(page.path)).toBe(page.text);
  });
});

describe("the reference of the command line", () => {
  const serve = serveCommand(messagesIn("en"), "en").options.map(({ long }) => long ?? "");
  // --lang and --help belong to every command, and are added where the commands are put together.
  const known = [...serve, "--lang", "--help"].sort();
  const pages = ["docs/reference/command-line.md", "docs/zh-CN/reference/command-line.md"];
  /** A page's two halves: what the server has, and what the client's commands have. */
  const halvesOf = (path: string): string[] => textOf(path).split(/^## .*`twinport get`/m);

  it.each(pages)("%s has each option of the server, and no other", (path) => {
    expect(optionsIn(halvesOf(path)[0] ?? "")).toEqual(known);
  });

  it.each(pages)("%s has each option of the client once, and no other", async (path) => {
    const terminal = { input: process.stdin, output: process.stdout, errors: process.stderr };
    const setting = { terminal: { ...terminal, environment: {}, now: Date.now }, messages: messagesIn("en") };
    const all = await commandsFor([], { ...setting, language: "en" });
    const ofServer = new Set(["serve", "account", "cert", "doctor", "explain", "firewall", "tour"]);
    const client = all.filter((command) => !ofServer.has(command.name()));
    expect(client.length).toBeGreaterThan(10);
    const options = client.flatMap((command) => [command, ...command.commands]).flatMap(({ options: own }) => own);
    const shown = new Set(options.filter(({ hidden }) => !hidden).map(({ long }) => long ?? ""));
    expect(optionsIn(halvesOf(path)[1] ?? "")).toEqual([...shown].sort());
    for (const command of client) expect(halvesOf(path)[1]).toContain(`twinport ${command.name()}`);
  });

  it.each(["README.md", "README.zh-CN.md"])("%s has each option, and no other", (path) => {
    expect(optionsIn(textOf(path)).filter((option) => !known.includes(option))).toEqual([]);
    expect(serve.filter((option) => !optionsIn(textOf(path)).includes(option))).toEqual([]);
  });
});
