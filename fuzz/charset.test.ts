// The invariant: bytes are of a charset or not, what they say is written so that it is read as the same, and ASCII bytes are ASCII letters.
import fc from "fast-check";
import { expect } from "vitest";
import { LocalProtocolError, charset, nameCharset, visible } from "../packages/protocol/src/index.ts";
import { bytesOf, textOf, wellFormed } from "./pieces.ts";
import { fuzz } from "./target.ts";

const labels = [
  "utf-8",
  "gbk",
  "gb18030",
  "big5",
  "shift_jis",
  "euc-jp",
  "euc-kr",
  "windows-1251",
  "windows-1252",
  "koi8-r",
  "iso-8859-2",
  "windows-874",
  "macintosh",
];
const names = fc.constantFrom(...labels);
const bytes = bytesOf(
  "/",
  "\\",
  "name",
  "\xd6\xd0\xce\xc4",
  "\x81\x30\x81\x30",
  "\x94\x39\xfc\x36",
  "\xa4\xa4\xa4\xe5",
  "\x88\x62",
  "\x8f\xa2\xaf",
  "\x81\x5c",
  "\x83\x5c",
  "\xb0\xa1",
  "\xff",
  "\x80",
  "\xe4\xb8\xad",
  "\xef\xbb\xbf",
);
const text = textOf("/", "\\", "?", "𠀀", "文", "件", "é", "я", "ñ", "😀", "\ufffd", "\ufeff", "Ê̄", "€", "가");
const label = textOf(...labels, "auto:", "AUTO:", "utf-16", "iso-2022-jp", "replacement", " ", "x");

fuzz({
  "what was read, written and read again": fc.property(names, bytes, (name, wire) => {
    const spoken = charset(name);
    // Without control bytes: ICU's Shift_JIS turns some of them round, and no name has them.
    const read = spoken.decode(wire.filter((byte) => byte >= 0x20 && byte !== 0x7f));
    if (read === undefined) return;
    const written = spoken.encode(read);
    const again = spoken.decode(written);
    expect(again).toBeDefined();
    // A letter that is left out is a question mark, and no letter becomes another.
    const [before, after] = [[...read], [...again!]];
    expect(after).toHaveLength(before.length);
    for (const [i, letter] of before.entries()) expect([letter, "?"]).toContain(after[i]);
    expect(spoken.encode(again!)).toEqual(written);
    if (["utf-8", "gb18030", "shift_jis", "euc-kr", "windows-1251"].includes(name)) expect(again).toBe(read);
  }),
  "any text": fc.property(names, text, (name, letters) => {
    const spoken = charset(name);
    const said = wellFormed(visible(letters));
    const read = spoken.decode(spoken.encode(said));
    expect(read).toBeDefined();
    expect([...read!]).toHaveLength([...said].length);
    // No letter turns into a slash, a line end or any other ASCII letter but the question mark.
    const ascii = (all: string): string[] => [...all].map((one) => (one < "\u0080" ? one : ""));
    for (const [i, one] of ascii(read!).entries()) expect([ascii(said)[i], "?"]).toContain(one);
    if (name === "utf-8") expect(read).toBe(said);
  }),
  "any label": fc.property(label, (written) => {
    try {
      const { first, legacy } = nameCharset(written);
      expect(first.decode(new TextEncoder().encode("NOOP /"))).toBe("NOOP /");
      if (legacy) expect(legacy.decode(new TextEncoder().encode("NOOP /"))).toBe("NOOP /");
    } catch (error) {
      expect(error).toBeInstanceOf(LocalProtocolError);
    }
  }),
});
