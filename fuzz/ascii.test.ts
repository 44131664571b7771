// The invariant: text does not depend on the cuts, stays within the room it is given, and comes back as the lines it had.
import fc from "fast-check";
import { expect } from "vitest";
import { ASCII_GROWTH, AsciiDecoder, AsciiEncoder } from "../packages/protocol/src/index.ts";
import { wire } from "../test/testkit/however-cut.ts";
import { bytesOf, cut, lengths } from "./pieces.ts";
import { fuzz } from "./target.ts";

const CR = 0x0d;
const LF = 0x0a;

function send(chunks: Iterable<Uint8Array>): number[] {
  const encoder = new AsciiEncoder();
  const sent: number[] = [];
  for (const chunk of chunks) {
    const output = new Uint8Array(chunk.length * ASCII_GROWTH);
    const count = encoder.encode(chunk, output);
    expect(count).toBeLessThanOrEqual(output.length);
    sent.push(...output.subarray(0, count));
  }
  return sent;
}

/** As the server does it: what is read lies at the end of what is written. */
function sendInPlace(chunks: Iterable<Uint8Array>): number[] {
  const encoder = new AsciiEncoder();
  const sent: number[] = [];
  for (const chunk of chunks) {
    const buffer = new Uint8Array(chunk.length * ASCII_GROWTH);
    const raw = buffer.subarray(buffer.length - chunk.length);
    raw.set(chunk);
    sent.push(...buffer.subarray(0, encoder.encode(raw, buffer)));
  }
  return sent;
}

function receive(chunks: Iterable<Uint8Array>): number[] {
  const decoder = new AsciiDecoder();
  const got: number[] = [];
  for (const chunk of chunks) {
    const output = new Uint8Array(chunk.length + 1);
    const count = decoder.decode(chunk, output);
    expect(count).toBeLessThanOrEqual(output.length);
    got.push(...output.subarray(0, count));
  }
  got.push(...decoder.end());
  expect(decoder.end()).toHaveLength(0);
  return got;
}

const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
const pieces = bytesOf("\r", "\n", "\r\n", "a", 0, 0x8d, 0x8a, 0x0c, 0x0e);

fuzz({
  out: fc.property(pieces, lengths, (bytes, chunkLengths) => {
    const expected = [...wire(text(bytes).replaceAll(/(?<!\r)\n/g, "\r\n"))];
    expect(send(cut(bytes, chunkLengths))).toEqual(expected);
    expect(sendInPlace(cut(bytes, chunkLengths))).toEqual(expected);
  }),
  in: fc.property(pieces, lengths, (bytes, chunkLengths) => {
    expect(receive(cut(bytes, chunkLengths))).toEqual([...wire(text(bytes).replaceAll("\r\n", "\n"))]);
  }),
  "out and in": fc.property(pieces, lengths, (bytes, chunkLengths) => {
    const sent = send(cut(bytes, chunkLengths));
    expect(sent.every((byte, at) => byte !== LF || sent[at - 1] === CR)).toBe(true);
    expect(receive(cut(Uint8Array.from(sent), chunkLengths))).toEqual(receive([bytes]));
  }),
});
