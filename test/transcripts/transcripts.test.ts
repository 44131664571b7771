import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { availableVerbs, ruleOf, verbs } from "@twinport/protocol";
import type { Verb } from "@twinport/protocol";
import { readTranscript } from "../testkit/transcript.ts";
import { replay } from "../testkit/replay-transcript.ts";
import type { Cut } from "../testkit/replay-transcript.ts";

const here = new URL("./", import.meta.url);
const names = readdirSync(here).filter((name) => name.endsWith(".txt"));

const cuts: readonly (readonly [Cut, number])[] = [
  ["whole", 0],
  ["byte by byte", 0],
  ["with bare LF", 0],
  ["pipelined and cut at random", 1],
  ["pipelined and cut at random", 2],
];

test("every verb has a transcript of its own name", () => {
  expect(Object.keys(verbs).filter((verb) => !names.includes(`${verb.toLowerCase()}.txt`))).toEqual([]);
});

test("every verb is said in its transcript, and each older spelling in some", () => {
  const said = new Map(names.map((name) => [name, wordsIn(name)]));
  const own = Object.keys(verbs).filter((verb) => !said.get(`${verb.toLowerCase()}.txt`)?.has(verb));
  expect(own).toEqual([]);
  const all = new Set([...said.values()].flatMap((words) => [...words]));
  const everything = availableVerbs(
    new Set([...Object.keys(verbs)].flatMap((verb) => ruleOf(verb as Verb).needs ?? [])),
  );
  expect(everything.filter((word) => !all.has(word))).toEqual([]);
});

describe.each(names)("%s", (name) => {
  const transcript = readTranscript(name, new URL(name, here));
  const written = readFileSync(new URL(name, here), "utf8")
    .split("\n")
    .filter((line) => /^(?:[CS]:|# (?:data|clock|tls):)/.test(line))
    .map((line) => line.replace(/\\x([0-9a-f]{2})/g, (_escape, hex: string) => String.fromCharCode(parseInt(hex, 16))));

  test.each(cuts)("holds with its lines %s (%i)", async (cut, seed) => {
    expect(await replay(transcript, cut, seed)).toEqual(written);
  });
});

function wordsIn(name: string): Set<string> {
  const text = readFileSync(new URL(name, here), "utf8");
  return new Set([...text.matchAll(/^C: (\S+)/gm)].map((match) => match[1]!.toUpperCase()));
}
