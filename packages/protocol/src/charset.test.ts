import { expect, test } from "vitest";
import fc from "fast-check";
import { wire } from "../../../test/testkit/however-cut.ts";
import { charset, utf8 } from "./charset.ts";

test.each([
  ["utf-8", "中文", "\xe4\xb8\xad\xe6\x96\x87"],
  ["gbk", "中文.txt", "\xd6\xd0\xce\xc4.txt"],
  ["gb18030", "中文", "\xd6\xd0\xce\xc4"],
  ["big5", "中文", "\xa4\xa4\xa4\xe5"],
  ["shift_jis", "日本ﾃ", "\x93\xfa\x96\x7b\xc3"],
  ["euc-jp", "日本", "\xc6\xfc\xcb\xdc"],
  ["euc-kr", "한국", "\xc7\xd1\xb1\xb9"],
  ["windows-1251", "имя", "\xe8\xec\xff"],
  ["windows-1252", "é", "\xe9"],
  ["koi8-r", "имя", "\xc9\xcd\xd1"],
])("%s: %s", (label, text, bytes) => {
  expect(charset(label).encode(text)).toEqual(wire(bytes));
  expect(charset(label).decode(wire(bytes))).toBe(text);
});

test.each([
  ["UTF-8", "utf-8"],
  ["utf8", "utf-8"],
  ["GB2312", "gbk"],
  ["latin1", "windows-1252"],
])("%s is a label of %s", (label, name) => {
  expect(charset(label).name).toBe(name);
});

test.each(["klingon", "", "utf-16le", "utf-16be", "iso-2022-jp", "hz-gb-2312", "utf-7", "cp936"])(
  "%j is not to be had",
  (label) => {
    expect(() => charset(label)).toThrow(expect.objectContaining({ code: "charset-not-known" }));
  },
);

test.each([
  ["utf-8", "\xd6\xd0"],
  ["utf-8", "\xc0\xaf"],
  ["utf-8", "\xed\xa0\x80"],
  ["utf-8", "\xe4\xb8"],
  ["gbk", "a\xd6 "],
  ["gbk", "a\xd6"],
  ["big5", "a\xa4"],
])("bytes not of %s are not guessed at: %j", (label, bytes) => {
  expect(charset(label).decode(wire(bytes))).toBeUndefined();
});

test.each(["utf-8", "gbk", "big5", "shift_jis", "euc-kr", "gb18030"])(
  "%s: half a letter is not remembered for the next name",
  (label) => {
    const one = charset(label);
    one.decode(wire("a\xb0"));
    expect(one.decode(wire("abc"))).toBe("abc");
  },
);

test("a letter that the charset does not have becomes a question mark", () => {
  expect(charset("windows-1251").encode("a中b")).toEqual(wire("a?b"));
  expect(charset("gbk").encode("😀")).toEqual(wire("?"));
});

test("a BOM is a letter like any other", () => {
  expect(utf8.decode(wire("\xef\xbb\xbfa"))).toBe("\ufeffa");
  expect(utf8.encode("\ufeffa")).toEqual(wire("\xef\xbb\xbfa"));
});

test.each(["utf-8", "gbk", "gb18030", "big5", "shift_jis", "euc-jp", "euc-kr", "windows-1251", "koi8-r"])(
  "%s: ASCII is ASCII both ways, so that verbs and slashes are found",
  (label) => {
    const ascii = Array.from({ length: 0x7f }, (_, code) => String.fromCharCode(code)).join("");
    expect(charset(label).encode(ascii)).toEqual(wire(ascii));
    expect(charset(label).decode(wire("/a.b-c_d 1"))).toBe("/a.b-c_d 1");
  },
);

test.each(["gbk", "gb18030", "big5", "shift_jis", "euc-kr", "windows-1251"])(
  "%s: what was read is written so that it is read the same",
  (label) => {
    const one = charset(label);
    // Without control bytes: ICU's Shift_JIS turns some of them round, and no name has them.
    const bytes = fc.uint8Array({ maxLength: 8 }).filter((sent) => sent.every((byte) => byte >= 0x20 && byte !== 0x7f));
    fc.assert(
      fc.property(bytes, (sent) => {
        const text = one.decode(sent);
        if (text === undefined) return;
        const back = one.decode(one.encode(text));
        // Only letters of more than two bytes may be lost, and then visibly.
        if (back !== text) expect(String.fromCharCode(...one.encode(text))).toContain("?");
      }),
    );
  },
);
