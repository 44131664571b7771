import { expect, test } from "vitest";
import fc from "fast-check";
import { decodedHoweverCut, howeverCut, wire } from "../../../../test/testkit/however-cut.ts";
import { LineDecoder, MAX_COMMAND_LINE } from "./line-decoder.ts";

/** Lines as text, one letter a byte; `undefined` for one that was too long. */
function linesHoweverCut(sent: Uint8Array, limit?: number): Iterable<(string | undefined)[]> {
  return decodedHoweverCut(sent, () => {
    const decoder = new LineDecoder(limit);
    return (chunk) =>
      decoder.decode(chunk).map((line) => (line.kind === "line" ? String.fromCharCode(...line.bytes) : undefined));
  });
}

test("how much of a line is there without its end is known", () => {
  const decoder = new LineDecoder();
  const unfinished = ["NO", "OP", "\r\nQU", "IT\r", "\n"].map((piece) => {
    decoder.decode(wire(piece));
    return decoder.unfinished;
  });
  expect(unfinished).toEqual([2, 4, 2, 5, 0]);
});

test.each([
  ["one command", "NOOP\r\n", ["NOOP"]],
  ["two in one segment", "USER ann\r\nPASS x\r\n", ["USER ann", "PASS x"]],
  ["bare LF, as old clients send", "NOOP\n", ["NOOP"]],
  ["CR CR LF, as clients with a text-mode socket send", "NOOP\r\r\n", ["NOOP"]],
  ["an empty line", "\r\nNOOP\r\n", ["", "NOOP"]],
  ["a line without its end is not a line yet", "NOOP\r\nQUI", ["NOOP"]],
  ["a CR inside a line is kept, for the parser to refuse", "STOR a\rb\r\n", ["STOR a\rb"]],
  ["NUL is kept, for the parser to refuse", "STOR a\0b\r\n", ["STOR a\0b"]],
  ["spaces at the end are letters of a name", "STOR a  \r\n", ["STOR a  "]],
  ["UTF-8 is kept byte by byte", "STOR \xe4\xb8\xad\r\n", ["STOR \xe4\xb8\xad"]],
])("%s", (_name, sent, lines) => {
  for (const got of linesHoweverCut(wire(sent))) expect(got).toEqual(lines);
});

test.each([
  ["lftp: IAC IP IAC, DM was urgent", "\xff\xf4\xffABOR\r\nQUIT\r\n", ["ABOR", "QUIT"]],
  ["tnftp: IAC IP DM, the second IAC was urgent", "\xff\xf4\xf2ABOR\r\nQUIT\r\n", ["ABOR", "QUIT"]],
  ["the whole Synch inline", "\xff\xf4\xff\xf2ABOR\r\nQUIT\r\n", ["ABOR", "QUIT"]],
  ["ftplib: the LF was urgent and is gone", "ABOR\rQUIT\r\n", ["ABOR", "QUIT"]],
  ["ftplib, where the kernel left the LF in the stream", "ABOR\r\nQUIT\r\n", ["ABOR", "QUIT"]],
  ["twice, without LF", "ABOR\rABOR\r", ["ABOR", "ABOR"]],
  ["in small letters", "abor\rnoop\r\n", ["abor", "noop"]],
  ["CR CR LF", "ABOR\r\r\nNOOP\r\n", ["ABOR", "NOOP"]],
  ["only the LF that belongs to it is dropped", "ABOR\r\n\r\n", ["ABOR", ""]],
  ["other verbs wait for their LF", "NOOP\rQUIT\r\n", ["NOOP\rQUIT"]],
  ["a word that only begins so waits for its LF", "ABORT\rx\r\n", ["ABORT\rx"]],
])("an abort comes through: %s", (_name, sent, lines) => {
  for (const got of linesHoweverCut(wire(sent))) expect(got).toEqual(lines);
});

test("ABOR is known at its CR, before anything else has come", () => {
  const decoder = new LineDecoder();
  expect(decoder.decode(wire("ABO"))).toEqual([]);
  expect(decoder.decode(wire("R\r"))).toEqual([{ kind: "line", bytes: wire("ABOR") }]);
  expect(decoder.decode(wire("\n"))).toEqual([]);
});

test.each([
  ["doubled, as RFC 854 has it", "CWD \xec\xee\xff\xff\r\n"],
  ["single, as most clients send it", "CWD \xec\xee\xff\r\n"],
])("the last letter of windows-1251 (0xFF) is kept: %s", (_name, sent) => {
  for (const got of linesHoweverCut(wire(sent))) expect(got).toEqual(["CWD \xec\xee\xff"]);
});

test("Telnet questions are answered, and are no part of a line", () => {
  for (const chunks of howeverCut(wire("NO\xff\xfd\x06OP\xff\xfb\x01\r\n"))) {
    const decoder = new LineDecoder();
    const lines = chunks.flatMap((chunk) => decoder.decode(chunk));
    expect(lines).toEqual([{ kind: "line", bytes: wire("NOOP") }]);
    expect(decoder.takeAnswers()).toEqual(wire("\xff\xfc\x06\xff\xfe\x01"));
    expect(decoder.takeAnswers()).toBeUndefined();
  }
});

test.each([
  ["as long as the limit", "12345678\nNOOP\r\n", ["12345678", "NOOP"]],
  ["as long as the limit, its CR not counted", "12345678\r\nNOOP\r\n", ["12345678", "NOOP"]],
  ["one byte longer", "123456789\r\nNOOP\r\n", [undefined, "NOOP"]],
  ["many times longer", `${"x".repeat(100)}\r\nNOOP\r\n`, [undefined, "NOOP"]],
  ["too long with CRs all over", `${"x\r".repeat(50)}\nNOOP\r\n`, [undefined, "NOOP"]],
  ["too long, with ABOR and a CR in the part thrown away", "123456789ABOR\rABOR\r\nNOOP\r\n", [undefined, "NOOP"]],
  ["too long by its 0xFF letters", "1234567\xff\xe0\r\nNOOP\r\n", [undefined, "NOOP"]],
  ["too long and not ended", "123456789", [undefined]],
  ["too long twice", "123456789\n123456789\nNOOP\n", [undefined, undefined, "NOOP"]],
])("a line %s", (_name, sent, lines) => {
  for (const got of linesHoweverCut(wire(sent), 8)) expect(got).toEqual(lines);
});

test("a path of 4096 bytes fits, and the limit cannot be set higher than the buffer", () => {
  const path = `CWD /${"x".repeat(4095)}`;
  const most = "x".repeat(MAX_COMMAND_LINE);
  const decoder = new LineDecoder(1_000_000);
  expect(decoder.decode(wire(`${path}\r\n${most}\n${most}x\nNOOP\n`))).toEqual([
    { kind: "line", bytes: wire(path) },
    { kind: "line", bytes: wire(most) },
    { kind: "too-long" },
    { kind: "line", bytes: wire("NOOP") },
  ]);
});

test("two decoders that take turns do not see each other's bytes", () => {
  const [one, other] = [new LineDecoder(), new LineDecoder()];
  expect(one.decode(wire("USER an"))).toEqual([]);
  expect(other.decode(wire("USER bobby"))).toEqual([]);
  expect(one.decode(wire("n\r\n"))).toEqual([{ kind: "line", bytes: wire("USER ann") }]);
  expect(other.decode(wire("\r\n"))).toEqual([{ kind: "line", bytes: wire("USER bobby") }]);
});

test("any lines of text come back as they were sent", () => {
  const line = fc.stringMatching(/^[ -~]{0,40}$/);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), fc.constantFrom("\r\n", "\n"), (lines, end) => {
      const sent = wire(lines.map((text) => text + end).join(""));
      for (const got of linesHoweverCut(sent)) expect(got).toEqual(lines);
    }),
    { numRuns: 50 },
  );
});
