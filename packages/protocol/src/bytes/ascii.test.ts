import { expect, test } from "vitest";
import fc from "fast-check";
import { decodedHoweverCut, wire } from "../../../../test/testkit/however-cut.ts";
import { ASCII_GROWTH, AsciiDecoder, AsciiEncoder } from "./ascii.ts";

function encodedHoweverCut(bytes: Uint8Array): Iterable<number[]> {
  return decodedHoweverCut(bytes, () => {
    const encoder = new AsciiEncoder();
    return (chunk) => {
      const output = new Uint8Array(chunk.length * ASCII_GROWTH);
      return output.subarray(0, encoder.encode(chunk, output));
    };
  });
}

/** With what {@link AsciiDecoder.end} has still held. */
function* receivedHoweverCut(bytes: Uint8Array): Generator<number[]> {
  let decoder = new AsciiDecoder();
  const takes = (): ((chunk: Uint8Array) => Uint8Array) => {
    decoder = new AsciiDecoder();
    return (chunk) => {
      const output = new Uint8Array(chunk.length + 1);
      return output.subarray(0, decoder.decode(chunk, output));
    };
  };
  for (const got of decodedHoweverCut(bytes, takes)) yield [...got, ...decoder.end()];
}

test.each([
  ["LF becomes CRLF", "a\nb\n", "a\r\nb\r\n"],
  ["CRLF stays", "a\r\nb\r\n", "a\r\nb\r\n"],
  ["a lone CR stays", "a\rb", "a\rb"],
  ["a CR at the very end stays", "a\r", "a\r"],
  ["CR CR LF stays", "a\r\r\n", "a\r\r\n"],
  ["LF LF is two line ends", "\n\n", "\r\n\r\n"],
  ["LF CR is a line end and a CR", "\n\r", "\r\n\r"],
  ["LF behind CRLF is a line end of its own", "\r\n\n", "\r\n\r\n"],
  ["only LF, which grows the most", "\n\n\n\n", "\r\n\r\n\r\n\r\n"],
  ["other bytes stay, 0 and 0xFF too", "\0\xff\x1a", "\0\xff\x1a"],
  ["nothing is nothing", "", ""],
])("sent as text: %s", (_name, file, sent) => {
  for (const got of encodedHoweverCut(wire(file))) expect(got).toEqual([...wire(sent)]);
});

test.each([
  ["CRLF becomes LF", "a\r\nb\r\n", "a\nb\n"],
  ["LF stays", "a\nb", "a\nb"],
  ["a lone CR stays", "a\rb", "a\rb"],
  ["a CR at the very end stays", "a\r", "a\r"],
  ["CR CR LF keeps one CR", "a\r\r\n", "a\r\n"],
  ["many CRs stay", "\r\r\r\r", "\r\r\r\r"],
  ["LF CR stays", "\n\r", "\n\r"],
  ["other bytes stay, 0 and 0xFF too", "\0\xff\x1a", "\0\xff\x1a"],
  ["nothing is nothing", "", ""],
])("received as text: %s", (_name, sent, file) => {
  for (const got of receivedHoweverCut(wire(sent))) expect(got).toEqual([...wire(file)]);
});

test("a held CR is given once", () => {
  const decoder = new AsciiDecoder();
  expect(decoder.decode(wire("\r"), new Uint8Array(2))).toBe(0);
  expect(decoder.end()).toEqual(wire("\r"));
  expect(decoder.end()).toEqual(wire(""));
});

test("a file whose lines end with LF comes back as it was", () => {
  const bytes = fc
    .array(fc.constantFrom(..."ab\r\n\0\xff"), { maxLength: 40 })
    .map((letters) => letters.join("").replace(/\r+\n/g, "\n"));
  fc.assert(
    fc.property(bytes, (file) => {
      for (const sent of encodedHoweverCut(wire(file))) {
        for (const got of receivedHoweverCut(Uint8Array.from(sent))) expect(got).toEqual([...wire(file)]);
      }
    }),
    { numRuns: 30 },
  );
});
