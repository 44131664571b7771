// The invariant: lines and Telnet answers do not depend on the cuts, no line passes the limit, and two line ends later all is understood again.
import fc from "fast-check";
import { expect } from "vitest";
import { LineDecoder } from "../packages/protocol/src/index.ts";
import { wire } from "../test/testkit/however-cut.ts";
import { bytesOf, cut, lengths } from "./pieces.ts";
import { fuzz } from "./target.ts";

const LIMIT = 32;
const LF = 0x0a;

function decode(chunks: Iterable<Uint8Array>): unknown {
  const decoder = new LineDecoder(LIMIT);
  const lines: unknown[] = [];
  const answers: number[] = [];
  for (const chunk of chunks) {
    for (const line of decoder.decode(chunk)) {
      lines.push(line);
      if (line.kind === "line") {
        expect(line.bytes.length).toBeLessThanOrEqual(LIMIT);
        expect(line.bytes).not.toContain(LF);
      }
    }
    const given = decoder.takeAnswers() ?? new Uint8Array(0);
    // An answer is of three bytes and so is its question; the first two may have come before.
    expect(given.length).toBeLessThanOrEqual(chunk.length * 3);
    answers.push(...given);
  }
  return { lines, answers };
}

/** Lines where there is neither Telnet nor CR. */
function naively(bytes: Uint8Array): unknown[] {
  const ended = String.fromCharCode(...bytes).split("\n");
  return ended
    .slice(0, -1)
    .map((line) => (line.length > LIMIT ? { kind: "too-long" } : { kind: "line", bytes: wire(line) }));
}

const pieces = bytesOf(
  0xff,
  0xf4,
  0xf2,
  0xfd,
  0xfb,
  0xff,
  "\r",
  "\n",
  "\r\n",
  "ABOR",
  "abor\r",
  "QUIT\r\n",
  "STOR \xff",
);

fuzz({
  "however cut": fc.property(pieces, lengths, (bytes, chunkLengths) => {
    expect(decode(cut(bytes, chunkLengths))).toEqual(decode([bytes]));
  }),
  "understood again": fc.property(pieces, (bytes) => {
    const decoder = new LineDecoder(LIMIT);
    // Two letters first, which Telnet may take for its own.
    decoder.decode(Uint8Array.from([...bytes, 0x78, 0x78, LF, LF]));
    expect(decoder.decode(wire("NOOP\r\n"))).toEqual([{ kind: "line", bytes: wire("NOOP") }]);
  }),
  "the lines that there are": fc.property(pieces, lengths, (bytes, chunkLengths) => {
    const plain = bytes.filter((byte) => byte !== 0xff && byte !== 0x0d);
    const last = { kind: "too-long" };
    const { lines } = decode(cut(plain, chunkLengths)) as { lines: unknown[] };
    const expected = naively(plain);
    // One that is too long is told of before its end.
    if (lines.length > expected.length) expected.push(last);
    expect(lines).toEqual(expected);
  }),
});
