import { expect, test } from "vitest";
import { monthNames, monthNumber } from "./month-names.ts";

test.each(Object.entries(monthNames))(
  "%s: twelve months, each of them no other month elsewhere",
  (_language, names) => {
    const numbers = Array.from({ length: 12 }, (_, i) => i + 1);
    expect(names.split(" ").map((name) => monthNumber(name))).toEqual(numbers);
    expect(names.split(" ").map((name) => monthNumber(name.toUpperCase()))).toEqual(numbers);
  },
);

test.each([
  ["a word that is none", "foo", undefined],
  ["a decomposed letter", "Ma\u0308r", 3],
  ["a lost letter", "d\ufffdc", 12],
  ["a lost letter that leaves a doubt", "m\ufffdj", 5],
  ["a lost letter where ASCII would be", "\ufffdan", undefined],
  ["nothing but lost letters", "\ufffd\ufffd\ufffd", undefined],
  ["what every object has", "constructor", undefined],
])("%s", (_name, word, month) => {
  expect(monthNumber(word)).toBe(month);
});
