import fc from "fast-check";
import { expect, test } from "vitest";
import { readJsonInPieces } from "./read-json.ts";
import type { ReadJson } from "./read-json.ts";

function read(text: string): ReadJson & { readonly pieces: number } {
  const reading = readJsonInPieces(text);
  for (let pieces = 1; ; pieces++) {
    const step = reading.next();
    if (step.done) return { ...step.value, pieces };
  }
}

/** As JSON.parse has it; undefined for what it refuses. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

test("it reads what JSON.parse reads", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom(undefined, 1, "\t"), (json, indent) => {
      const value: unknown = JSON.parse(json);
      const { kind, ...rest } = read(JSON.stringify(value, undefined, indent));
      expect({ kind, ...rest }).toMatchObject({ kind: "value", value });
    }),
  );
});

test("it refuses what JSON.parse refuses, and the other way round, but for keys that are there twice", () => {
  const pieces = fc.constantFrom(
    ...'{}[]:,"\\ \n0-1.e+x'.split(""),
    "true",
    "null",
    '"a"',
    '"b":',
    "\\u0041",
    "\u0001",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (some) => {
      const text = some.join("");
      const answer = read(text);
      if (answer.kind !== "key-twice") expect(answer.kind === "value").toBe(parsed(text) !== undefined);
      if (answer.kind === "value") expect(answer.value).toEqual(parsed(text));
    }),
    { numRuns: 5000 },
  );
});

test.each<[string, string, number, number]>([
  ["nothing", "", 1, 1],
  ["an end too early", '{"a":\n [1, 2', 2, 7],
  ["a word", '{"a":\n oops}', 2, 2],
  ["a comma too many", '{"a": 1,}', 1, 9],
  ["a comma too few", '{"a": 1\n"b": 2}', 2, 1],
  ["another end", '{"a": [1}', 1, 9],
  ["two values", "{}\n{}", 2, 1],
  ["a string without an end", '{"a": "b}', 1, 10],
  ["a line end in a string", '{"a": "b\n"}', 1, 9],
  ["an escape that is none", '{"a": "b\\x"}', 1, 9],
  ["a number with a zero before it", "[01]", 1, 3],
  ["a key that is no string", "{1: 2}", 1, 2],
  ["lists without end", "[".repeat(1000), 1, 65],
])("%s: it says where", (_title, text, line, column) => {
  expect(read(text)).toMatchObject({ kind: "broken", line, column });
});

test.each<[string, string]>([
  ['{"a": 1, "\\u0061": 2}', "a"],
  ['{"x": [{"__proto__": 1, "__proto__": 2}]}', "__proto__"],
  ['{"": 1, "b": {"": 1}, "": 2}', ""],
])("of %s it says the key that is there twice", (text, key) => {
  expect(read(text)).toMatchObject({ kind: "key-twice", key });
});

test("names that objects have are keys like others", () => {
  const answer = read('{"__proto__": {"x": 1}, "constructor": 2, "toString": 3}');
  expect(answer.kind === "value" && Object.entries(answer.value as object)).toEqual([
    ["__proto__", { x: 1 }],
    ["constructor", 2],
    ["toString", 3],
  ]);
});

test.each([
  ["accounts", `{${Array.from({ length: 50_000 }, (_, i) => `"user${i}":{"a":[1]}`).join(",")}}`],
  ["spaces", `${" ".repeat(1_000_000)}1`],
  ["line ends", `${"\n".repeat(1_000_000)}x`],
  ["backslashes", `["${"\\\\".repeat(500_000)}"]`],
  ["backslashes without an end", `["${"\\\\".repeat(500_000)}\\"`],
  ["quotes", `["${'\\"'.repeat(300_000)}"]`],
])("a megabyte of %s is read in pieces, and in a time that grows with its length only", (_title, text) => {
  const since = performance.now();
  const { pieces, kind } = read(text);
  expect(kind).not.toBe("key-twice");
  expect(performance.now() - since).toBeLessThan(2000);
  if (!text.includes("\\")) expect(pieces).toBeGreaterThan(10);
});
