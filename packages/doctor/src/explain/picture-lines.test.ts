import { expect, test } from "vitest";
import { displayWidth } from "@twinport/protocol";
import fc from "fast-check";
import { wrapText } from "./picture-lines.ts";

test.each([
  ["nothing", "", 10, []],
  ["words", "to open a port", 7, ["to open", "a port"]],
  ["a word that is too long", "198.51.100.9:30000 x", 8, ["198.51.1", "00.9:300", "00 x"]],
  ["Chinese letters", "打开数据连接", 6, ["打开数", "据连接"]],
  ["no line begins with a comma", "打开数，据", 6, ["打开", "数，据"]],
  ["no line ends with a bracket", "打开（数）据", 6, ["打开", "（数）", "据"]],
  ["a number in Chinese stays whole", "放行端口 30000 即可", 12, ["放行端口", "30000 即可"]],
])("%s", (_name, text, columns, lines) => expect(wrapText(text, columns)).toEqual(lines));

test("no letter is lost, and no line is too long", () => {
  const letters = fc.constantFrom("a", "b", " ", "打", "，", "（", "✗", "1");
  fc.assert(
    fc.property(fc.array(letters), fc.integer({ min: 6, max: 30 }), (drawn, columns) => {
      const text = drawn.join("");
      const lines = wrapText(text, columns);
      expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    }),
  );
});
