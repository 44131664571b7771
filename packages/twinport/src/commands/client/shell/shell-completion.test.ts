import { expect, test } from "vitest";
import { completeLine } from "./shell-completion.ts";
import type { RemoteEntry } from "@twinport/protocol";
import type { NamesToComplete } from "./shell-completion.ts";

const entry = (name: string, kind: RemoteEntry["kind"] = "file"): RemoteEntry => ({ name, kind, raw: "" });
const remote: Readonly<Record<string, RemoteEntry[]>> = {
  "/": [entry("docs", "directory"), entry("data.txt"), entry("a b.txt"), entry(".hidden"), entry("evil\u001b[2J")],
  "/docs/": [entry("one.md"), entry("two", "directory")],
};
const place: NamesToComplete = {
  local: "/home/ann",
  localPath: (written) => `/home/ann/${written}`,
  remotePath: (written) => (written === "." ? "/" : `/${written}`),
  list: async (folder) => remote[folder] ?? [],
  listLocal: async () => [
    { name: "letter.txt", isFolder: false },
    { name: "letters", isFolder: true },
  ],
};

test.each<[string, string[], string]>([
  ["", expect.arrayContaining(["get ", "put ", "quit "]), ""],
  ["ca", ["cat "], "ca"],
  ["get d", ["docs/", "data.txt "], "d"],
  ["get docs/o", ["docs/one.md "], "docs/o"],
  ["cd d", ["docs/"], "d"],
  ["cd docs/", ["docs/two/"], "docs/"],
  ["ls -R d", ["docs/", "data.txt "], "d"],
  ["get a", [String.raw`a\ b.txt `], "a"],
  [String.raw`get a\ b`, [String.raw`a\ b.txt `], String.raw`a\ b`],
  ["get ", ["docs/", "data.txt ", String.raw`a\ b.txt `], ""],
  ["get .", [".hidden "], "."],
  ["put le", ["letter.txt ", "letters/"], "le"],
  ["lcd le", ["letters/"], "le"],
  ["get data.txt le", ["letter.txt ", "letters/"], "le"],
  ["rm data.txt d", ["docs/", "data.txt "], "d"],
  ["chmod 6", [], "6"],
  ["pwd d", [], "d"],
  ["nonsense d", [], "d"],
])("%j goes on with %j", async (line, found, replaced) => {
  expect(await completeLine(line, place)).toEqual([found, replaced]);
});
