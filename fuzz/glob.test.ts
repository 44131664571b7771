// The invariant: a pattern matches what trying everything matches, and a long one costs no more than the product of the lengths.
import fc from "fast-check";
import { expect } from "vitest";
import { isPattern, matchesPattern } from "../packages/protocol/src/index.ts";
import { matchesNaively } from "./naive-glob.ts";
import { textOf } from "./pieces.ts";
import { fuzz } from "./target.ts";

const patternLetter = fc.constantFrom("*", "?", "[", "]", "!", "^", "-", ".", "a", "b", "c", "文", "😀");
const nameLetter = fc.constantFrom("a", "b", "c", ".", "-", "]", "[", "文", "😀");
const pattern = fc.array(patternLetter, { maxLength: 9 });
const name = fc.array(nameLetter, { maxLength: 7 });
const long = fc.array(fc.constantFrom("*", "?", "[", "]", "[!a]", "a", "a*", "*a", "[a-z]"), {
  minLength: 1,
  maxLength: 6,
});

/** Some ten times what the longest pattern takes on the longest name. */
const MOST_MS = 2000;

fuzz({
  "short ones": fc.property(pattern, name, (written, letters) => {
    const expected = matchesNaively(written, letters);
    expect(matchesPattern(written.join(""), letters.join(""), "any-dot")).toBe(expected);
    const isAsked = letters[0] !== "." || written[0] === ".";
    expect(matchesPattern(written.join(""), letters.join(""))).toBe(isAsked && expected);
  }),
  "without a letter of a pattern, only itself": fc.property(textOf("a", ".", "]", "!", "-", "文"), (text) => {
    fc.pre(!isPattern(text));
    expect(matchesPattern(text, text)).toBe(true);
    expect(matchesPattern(text, `${text}x`)).toBe(false);
  }),
  "long ones": fc.property(long, fc.nat(4000), fc.nat(255), (parts, length, letters) => {
    const unit = parts.join("");
    const written = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
    const start = performance.now();
    matchesPattern(written, `${"a".repeat(letters)}b`);
    expect(performance.now() - start).toBeLessThan(MOST_MS);
  }),
});
