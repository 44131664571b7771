import { expect, test } from "vitest";
import fc from "fast-check";
import { wire } from "../../../../test/testkit/however-cut.ts";
import { LocalProtocolError } from "../errors.ts";
import { charset, utf8 } from "../charset.ts";
import { formatCommand, parseCommand, redactCommand, visible } from "./command.ts";
import { verbs } from "./verbs.ts";

const utf8Bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test.each([
  ["a verb alone", "NOOP", "NOOP", ""],
  ["a verb and its argument", "CWD /a", "CWD", "/a"],
  ["small letters stay as written", "cwd /A", "cwd", "/A"],
  ["a space and nothing behind it", "NOOP ", "NOOP", ""],
  ["only the first space parts", "STOR a b  c", "STOR", "a b  c"],
  ["spaces around a name belong to it", "STOR  a ", "STOR", " a "],
  ["a tab belongs to the name", "STOR a\tb", "STOR", "a\tb"],
  ["UTF-8", "CWD 中文", "CWD", "中文"],
  ["a BOM is a letter of the name", "CWD \ufeffa", "CWD", "\ufeffa"],
  ["an unknown word is a word", "X-Y:Z 1", "X-Y:Z", "1"],
  ["32 letters are a word", "A".repeat(32), "A".repeat(32), ""],
])("taken apart: %s", (_name, line, word, argument) => {
  expect(parseCommand(utf8Bytes(line), utf8.decode)).toEqual({ kind: "command", command: { word, argument } });
});

test.each([
  ["nothing", "", "empty"],
  ["a space first", " NOOP", "not-a-word"],
  ["a tab for the space", "CWD\t/a", "not-a-word"],
  ["a control byte in the word", "NO\x07OP", "not-a-word"],
  ["DEL in the word", "NOOP\x7f", "not-a-word"],
  ["a letter beyond ASCII in the word", "N\xd6\xd6P", "not-a-word"],
  ["a word of 33 letters", "A".repeat(33), "not-a-word"],
  ["TLS to a plain port", "\x16\x03\x01\x02\x00\x01", "not-a-word"],
  ["a CR in the argument", "STOR a\rDELE b", "control-byte"],
  ["a NUL in the argument", "STOR a\0b", "control-byte"],
  ["an LF in the argument", "STOR a\nb", "control-byte"],
  ["bytes that are no UTF-8", "CWD \xd6\xd0", "not-text"],
  ["UTF-8 that is longer than it need be (a hidden slash)", "CWD \xc0\xaf", "not-text"],
])("no command: %s", (_name, line, because) => {
  expect(parseCommand(wire(line), utf8.decode)).toEqual({ kind: "refused", because });
});

test("an argument is read in the charset of the session", () => {
  expect(parseCommand(wire("CWD \xd6\xd0"), charset("gbk").decode)).toEqual({
    kind: "command",
    command: { word: "CWD", argument: "中" },
  });
});

test("a command is written with one space and CRLF", () => {
  expect(formatCommand("PWD")).toBe("PWD\r\n");
  expect(formatCommand("CWD", "a b")).toBe("CWD a b\r\n");
});

test.each(["a\r", "a\nDELE b", "a\0b"])("%j is never written into a command", (argument) => {
  expect(() => formatCommand("CWD", argument)).toThrow(LocalProtocolError);
  expect(() => formatCommand(argument)).toThrow(expect.objectContaining({ code: "control-byte" }));
});

test("what is written is read back", () => {
  const argument = fc.string({ unit: "grapheme" }).filter((text) => !/[\r\n\0]/.test(text));
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(verbs)), argument, (word, text) => {
      const line = utf8Bytes(formatCommand(word, text).slice(0, -2));
      expect(parseCommand(line, utf8.decode)).toEqual({ kind: "command", command: { word, argument: text } });
    }),
  );
});

test.each([
  ["a password", "PASS", "hunter2", "PASS ****"],
  ["a password after a verb in small letters", "pass", "hunter2", "pass ****"],
  ["an account", "ACCT", "secret", "ACCT ****"],
  ["a name", "USER", "ann", "USER ann"],
  ["a path with control bytes", "STOR", "a\u001b[31mb\u0085", "STOR a?[31mb?"],
  ["no argument", "PASS", "", "PASS"],
  ["an unknown word", "FOO", "bar", "FOO bar"],
])("as a log shows it: %s", (_name, word, argument, shown) => {
  expect(redactCommand({ word, argument })).toBe(shown);
});

test("no control character stays invisible", () => {
  expect(visible("a\r\nb\0\u001b\u007f\u0080\u009fc")).toBe("a??b?????c");
  expect(visible("中文 é\u00a0")).toBe("中文 é\u00a0");
});
