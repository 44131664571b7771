import { expect, test } from "vitest";
import fc from "fast-check";
import { wire } from "../../../test/testkit/however-cut.ts";
import { charset, nameCharset, utf8 } from "./charset.ts";

test.each([
  ["utf-8", "中文", "\xe4\xb8\xad\xe6\x96\x87"],
  ["gbk", "中文.txt", "\xd6\xd0\xce\xc4.txt"],
  ["gb18030", "中文", "\xd6\xd0\xce\xc4"],
  ["gb18030", "😀é\u0080𠀀", "\x94\x39\xfc\x36\xa8\xa6\x81\x30\x81\x30\x95\x32\x82\x36"],
  ["big5", "中文", "\xa4\xa4\xa4\xe5"],
  ["shift_jis", "日本ﾃ", "\x93\xfa\x96\x7b\xc3"],
  ["euc-jp", "日本", "\xc6\xfc\xcb\xdc"],
  ["euc-kr", "한국", "\xc7\xd1\xb1\xb9"],
  ["windows-1251", "имя", "\xe8\xec\xff"],
  ["windows-1252", "é", "\xe9"],
  ["windows-1252", "10 €ÿ", "10 \x80\xff"],
  ["windows-1252", "a\u0081“Ž\u009dŸ", "a\x81\x93\x8e\x9d\x9f"],
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

test("a charset is made once, however it is called", () => {
  expect(charset("GB2312")).toBe(charset("gbk"));
});

test.each([
  ["utf-8", "utf-8", undefined],
  ["gbk", "gbk", undefined],
  ["auto:gbk", "utf-8", "gbk"],
  ["AUTO:Shift_JIS", "utf-8", "shift_jis"],
])("names of %s: first %s, then %s", (label, first, legacy) => {
  const names = nameCharset(label);
  expect([names.first.name, names.legacy?.name]).toEqual([first, legacy]);
});

test.each(["auto", "auto:", "auto:auto:gbk", "auto:utf-16le", "klingon"])("%j are no names of anything", (label) => {
  expect(() => nameCharset(label)).toThrow(expect.objectContaining({ code: "charset-not-known" }));
});

test("each letter that a charset can say comes back as it was", () => {
  for (const label of [
    "gbk",
    "big5",
    "shift_jis",
    "euc-kr",
    "euc-jp",
    "windows-1251",
    "windows-1252",
    "koi8-r",
    "gb18030",
  ]) {
    const { encode, decode } = charset(label);
    const said: string[] = [];
    for (let point = 0x80; point < 0x1_0000; point++) {
      const letter = String.fromCharCode(point);
      const bytes = encode(letter);
      if (bytes.length > 1 || bytes[0] !== 0x3f) said.push(letter);
    }
    expect(said.length).toBeGreaterThan(90);
    for (const letter of said) if (decode(encode(letter)) !== letter) expect(`${label} ${letter}`).toBe("as it was");
  }
});
