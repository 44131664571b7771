import { expect, test } from "vitest";
import { codes } from "./codes.ts";
import { isPreliminary, isRefusal, reply } from "./reply.ts";

test.each([
  [125, "preliminary"],
  [150, "preliminary"],
  [200, "done"],
  [331, "done"],
  [350, "done"],
  [421, "refused"],
  [550, "refused"],
])("%i is %s", (code, what) => {
  const answer = reply(code, "text");
  expect(isPreliminary(answer)).toBe(what === "preliminary");
  expect(isRefusal(answer)).toBe(what === "refused");
});

test("each code has one name and is one of RFC 959 §4.2", () => {
  const values = Object.values(codes);
  expect(new Set(values).size).toBe(values.length);
  for (const code of values) expect(String(code)).toMatch(/^[1-5][0-5]\d$/);
});
