// The invariant: replies do not depend on the cuts, nothing but RemoteProtocolError is thrown, and what we format is read as one reply.
import fc from "fast-check";
import { expect } from "vitest";
import { RemoteProtocolError, ReplyDecoder, formatReply, visible } from "../packages/protocol/src/index.ts";
import { bytesOf, cut, lengths, textOf, wellFormed } from "./pieces.ts";
import { fuzz } from "./target.ts";
import type { Reply } from "../packages/protocol/src/index.ts";

const LIMIT = 32;

function decode(chunks: Iterable<Uint8Array>): unknown[] {
  const decoder = new ReplyDecoder(undefined, LIMIT);
  const heard: unknown[] = [];
  try {
    for (const chunk of chunks) heard.push(...decoder.decode(chunk));
    decoder.decode(new Uint8Array(0));
  } catch (error) {
    expect(error).toBeInstanceOf(RemoteProtocolError);
    heard.push((error as RemoteProtocolError).message);
    // Once wrong, wrong for good.
    expect(() => decoder.decode(new TextEncoder().encode("220 ready\r\n"))).toThrow(RemoteProtocolError);
  }
  return heard;
}

const pieces = bytesOf("220 ", "220-", "220", "226 ", " ", "-", "\r", "\n", "\r\n", "\r\n220 x\r\n", 0xe4, 0xb8, 0xad);

const line = textOf("220 ", "220-", "211", " ", "\r\n", "\n", "\r", "\0", "\u0085", "End", '"', "\u2028");
const lines = fc.array(line, { minLength: 1, maxLength: 6 });
const code = fc.integer({ min: 100, max: 599 });

fuzz({
  "however cut": fc.property(pieces, lengths, (bytes, chunkLengths) => {
    expect(decode(cut(bytes, chunkLengths))).toEqual(decode([bytes]));
  }),
  "what we say, as it is heard": fc.property(code, lines, lengths, (said, texts, chunkLengths) => {
    const decoder = new ReplyDecoder();
    const bytes = new TextEncoder().encode(formatReply({ code: said, lines: texts }));
    const heard: Reply[] = [];
    for (const chunk of cut(bytes, chunkLengths)) heard.push(...decoder.decode(chunk));
    // A text cannot write a reply of its own.
    expect(heard).toEqual([{ code: said, lines: texts.map((text) => wellFormed(visible(text))) }]);
  }),
});
