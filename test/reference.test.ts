import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { describe, expect, it, test } from "vitest";
import { firewallDialects } from "../packages/doctor/src/firewall/format-firewall.ts";
import { logKinds } from "../packages/doctor/src/logs/formats.ts";
import { commandsFor } from "../packages/twinport/src/commands/commands.ts";
import { serveCommand } from "../packages/twinport/src/commands/serve.ts";
import { messagesIn } from "../packages/twinport/src/messages/index.ts";
import { verbPages } from "../tools/verbs-reference.mjs";

const root = new URL("../", import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, root), "utf8");

/** The options that a page's tables have: those at the beginning of a row. */
const optionsIn = (text: string): string[] =>
  [...text.matchAll(/^\| `(--[a-z\d-]+)/gm)].map(([, option]) => option ?? "").sort();

/** All commands, as they are made for some arguments. */
function commandsOf(...args: string[]): ReturnType<typeof commandsFor> {
  const terminal = { input: process.stdin, output: process.stdout, errors: process.stderr };
  const setting = { terminal: { ...terminal, environment: {}, now: Date.now }, messages: messagesIn("en") };
  return commandsFor(args, { ...setting, language: "en" });
}

/** The options that the help of a command has. */
async function optionsOf(name: string, ...args: string[]): Promise<string[]> {
  const command = (await commandsOf(name, ...args)).find((one) => one.name() === name);
  return (command?.options ?? [])
    .filter(({ hidden }) => !hidden)
    .map(({ long }) => long ?? "")
    .sort();
}

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
    const all = await commandsOf();
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

describe.each(["docs/", "docs/zh-CN/"])("the reference of what finds out and explains, in %s", (folder) => {
  /** A page cut before the heading of the second table of options. */
  const halvesOf = (name: string, second: string): string[] => {
    const [first = "", rest = ""] = textOf(`${folder}reference/${name}.md`).split(
      new RegExp(`^## (?=.*${second})`, "m"),
    );
    return [first, rest];
  };

  it("has each option of doctor URL, and of doctor --server, and no other", async () => {
    const [ofUrl = "", ofServer = ""] = halvesOf("doctor", "`twinport doctor --server`");
    expect(optionsIn(ofUrl)).toEqual(await optionsOf("doctor"));
    expect(optionsIn(ofServer)).toEqual(await optionsOf("doctor", "--server"));
  });

  it("has each option of explain, and of tour, and no other", async () => {
    const [ofExplain = "", ofTour = ""] = halvesOf("explain", "`twinport tour`");
    expect(optionsIn(ofExplain)).toEqual(await optionsOf("explain"));
    expect(optionsIn(ofTour)).toEqual(await optionsOf("tour"));
  });

  it("has each option and each dialect of firewall, and no other", async () => {
    const text = textOf(`${folder}reference/firewall.md`);
    expect(optionsIn(text)).toEqual(await optionsOf("firewall"));
    const [, dialects = ""] = /^## (?:Dialects|格式)\n(.*?)^## /msu.exec(text) ?? [];
    expect([...dialects.matchAll(/^\| `([a-z]+)` \|/gm)].map(([, dialect]) => dialect)).toEqual(firewallDialects);
  });

  it("has each log that can be read", () => {
    const rows = textOf(`${folder}reference/explain.md`).matchAll(/^\| `([a-z][a-z-]+)` \|/gm);
    expect([...rows].map(([, kind]) => kind)).toEqual(logKinds);
  });
});

/** All pages, as paths from the root of the repository. */
const pages = [
  ...["README.md", "README.zh-CN.md", "CONTRIBUTING.md"],
  ...readdirSync(new URL("docs/", root), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name.replaceAll(path.sep, "/")}`),
];

/** What is no code. */
const proseOf = (text: string): string => text.replace(/^ *```[\s\S]*?^ *```/gm, "");

/** What a link behind `#` may name: headings as they are written into addresses. */
const anchorsIn = (text: string): string[] =>
  [...proseOf(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, "")
      .replaceAll(" ", "-"),
  );

test("the pages link to pages and headings that are there", () => {
  const broken = pages.flatMap((page) => {
    const links = proseOf(textOf(page)).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)/g);
    return [...links].flatMap(([link, target = "", anchor]) => {
      const there = target === "" ? page : path.posix.join(path.posix.dirname(page), target);
      const isThere = existsSync(new URL(there, root));
      const isFound = anchor === undefined || (isThere && anchorsIn(textOf(there)).includes(decodeURI(anchor)));
      return isThere && isFound ? [] : [`${page}: ${link}`];
    });
  });
  expect(broken).toEqual([]);
});

test("the pages name the commands that find out and explain with options that they have", async () => {
  const known = new Map(
    await Promise.all(
      (["doctor", "explain", "firewall", "tour"] as const).map(
        async (name) => [name as string, [...(await optionsOf(name)), ...(await optionsOf(name, "--server"))]] as const,
      ),
    ),
  );
  const unknown = pages.flatMap((page) =>
    [
      ...textOf(page)
        .replaceAll("\\\n", " ")
        .matchAll(/\btwinport ([a-z]+)((?: [^`\n#&（|]*)?)/g),
    ].flatMap(([, name = "", rest = ""]) =>
      [...rest.matchAll(/ (--[a-z-]+)/g)].flatMap(([, option = ""]) =>
        [...(known.get(name) ?? [option]), "--lang"].includes(option) ? [] : `${page}: ${name} ${option}`,
      ),
    ),
  );
  expect(unknown).toEqual([]);
});
