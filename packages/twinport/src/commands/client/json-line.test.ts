import { expect, test } from "vitest";
import { jsonLine } from "./json-line.ts";

test.each(["plain", "a\u001b[2Jb", "a\u009b31mb", "\u007f", "a\nb", "\u2028", "中文"])(
  "%j is one line without control characters, and reads the same",
  (name) => {
    const line = jsonLine({ name });
    expect(/[\p{Cc}\u2028\u2029]/u.test(line)).toBe(false);
    expect(JSON.parse(line)).toEqual({ name });
  },
);
