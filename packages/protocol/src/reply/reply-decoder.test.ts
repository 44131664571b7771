import { expect, test } from "vitest";
import fc from "fast-check";
import { decodedHoweverCut, howeverCut, wire } from "../../../../test/testkit/however-cut.ts";
import { RemoteProtocolError } from "../errors.ts";
import { charset, utf8 } from "../charset.ts";
import { formatReply } from "./format-reply.ts";
import { ReplyDecoder } from "./reply-decoder.ts";
import type { Reply } from "./reply.ts";

const utf8Bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function repliesHoweverCut(sent: Uint8Array): Iterable<Reply[]> {
  return decodedHoweverCut(sent, () => {
    const decoder = new ReplyDecoder();
    return (chunk) => decoder.decode(chunk);
  });
}

test.each<[string, string, Reply[]]>([
  ["one line", "220 ready\r\n", [{ code: 220, lines: ["ready"] }]],
  [
    "two replies",
    "150 here\r\n226 done\r\n",
    [
      { code: 150, lines: ["here"] },
      { code: 226, lines: ["done"] },
    ],
  ],
  ["bare LF", "220 ready\n", [{ code: 220, lines: ["ready"] }]],
  ["a code alone", "200\r\n", [{ code: 200, lines: [""] }]],
  ["a code and a space", "200 \r\n", [{ code: 200, lines: [""] }]],
  ["several lines", "220-a\r\nb\r\n220 c\r\n", [{ code: 220, lines: ["a", "b", "c"] }]],
  [
    "FEAT: one space of indent is no part of a line",
    "211-F\r\n SIZE\r\n  X\r\n211 End\r\n",
    [{ code: 211, lines: ["F", "SIZE", " X", "End"] }],
  ],
  ["another code between", "220-a\r\n221 b\r\n220 c\r\n", [{ code: 220, lines: ["a", "221 b", "c"] }]],
  ["the same code with a dash between", "220-a\r\n220-b\r\n220 c\r\n", [{ code: 220, lines: ["a", "220-b", "c"] }]],
  ["the code indented between", "220-a\r\n 220 b\r\n220 c\r\n", [{ code: 220, lines: ["a", "220 b", "c"] }]],
  ["more digits than a code between", "220-a\r\n2201 b\r\n220 c\r\n", [{ code: 220, lines: ["a", "2201 b", "c"] }]],
  ["an empty line between", "220-a\r\n\r\n220 c\r\n", [{ code: 220, lines: ["a", "", "c"] }]],
  ["a last line that is only the code", "220-a\r\n220\r\n", [{ code: 220, lines: ["a", ""] }]],
  ["UTF-8 over the cuts", '257 "/\xe4\xb8\xad"\r\n', [{ code: 257, lines: ['"/中"'] }]],
  ["a reply that has not ended is none yet", "220-a\r\n220 b", []],
])("%s", (_name, sent, replies) => {
  for (const got of repliesHoweverCut(wire(sent))) expect(got).toEqual(replies);
});

/** The replies before a failure, and its code. */
function* failuresHoweverCut(sent: Uint8Array, limit?: number): Generator<unknown[]> {
  for (const chunks of howeverCut(sent)) {
    const decoder = new ReplyDecoder(undefined, limit);
    const heard: unknown[] = [];
    try {
      for (const chunk of [...chunks, new Uint8Array(0)]) heard.push(...decoder.decode(chunk));
    } catch (error) {
      expect(error).toBeInstanceOf(RemoteProtocolError);
      expect(decoder.failure).toBe(error);
      heard.push((error as RemoteProtocolError).code);
      expect(() => decoder.decode(wire("220 again\r\n"))).toThrow(RemoteProtocolError);
    }
    yield heard;
  }
}

test.each([
  ["no code", "hello\r\n", ["reply-not-valid"]],
  ["an empty line", "\r\n", ["reply-not-valid"]],
  ["two digits", "22 ready\r\n", ["reply-not-valid"]],
  ["four digits", "2200 ready\r\n", ["reply-not-valid"]],
  ["a code and a letter", "220ready\r\n", ["reply-not-valid"]],
  ["digits that are none of ASCII", "\xd9\xa1\xd9\xa2\xd9\xa3 x\r\n", ["reply-not-valid"]],
  ["HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n", ["reply-not-valid"]],
  [
    "garbage behind a reply, which is given first",
    "220 a\r\nx\r\n221 b\r\n",
    [{ code: 220, lines: ["a"] }, "reply-not-valid"],
  ],
  ["one line over the limit", `220 ${"x".repeat(40)}\r\n`, ["reply-too-long"]],
  ["many lines over the limit", `220-a\r\n${" b\r\n".repeat(20)}220 c\r\n`, ["reply-too-long"]],
  ["a line that never ends", "2".repeat(100), ["reply-too-long"]],
  [
    "too long behind a reply, which is given first",
    `220 a\r\n${"2".repeat(40)}`,
    [{ code: 220, lines: ["a"] }, "reply-too-long"],
  ],
])("no reply: %s", (_name, sent, heard) => {
  for (const got of failuresHoweverCut(wire(sent), 32)) expect(got).toEqual(heard);
});

test("the limit is of one reply, not of all", () => {
  const decoder = new ReplyDecoder(undefined, 16);
  for (let time = 0; time < 10; time++) expect(decoder.decode(wire("220 123456789\r\n"))).toHaveLength(1);
  expect(decoder.failure).toBeUndefined();
});

test("a line of many CRs is read in no time", () => {
  const before = performance.now();
  const [reply] = new ReplyDecoder().decode(wire(`220 ${"\r".repeat(60_000)}x\r\r\n`));
  expect(reply?.lines[0]).toHaveLength(60_001);
  expect(performance.now() - before).toBeLessThan(500);
});

test("a line is read in the charset of the session", () => {
  const decoder = new ReplyDecoder((bytes) => charset("gbk").decode(bytes) ?? utf8.decode(bytes) ?? "");
  expect(decoder.decode(wire("250 \xd6\xd0\r\n"))).toEqual([{ code: 250, lines: ["中"] }]);
});

test("bytes that are no UTF-8 do not end a conversation", () => {
  expect(new ReplyDecoder().decode(wire("250 \xd6\xd0\r\n"))).toEqual([{ code: 250, lines: ["\ufffd\ufffd"] }]);
});

test("what formatReply writes is read back, however cut", () => {
  const line = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => text.replace(/\p{Cc}/gu, "")),
    fc.constantFrom("", " ", "220 x", "220-x", "220", " 220 x", "-", "221 y"),
  );
  fc.assert(
    fc.property(fc.constantFrom(150, 211, 220), fc.array(line, { minLength: 1, maxLength: 5 }), (code, lines) => {
      for (const got of repliesHoweverCut(utf8Bytes(formatReply({ code, lines }))))
        expect(got).toEqual([{ code, lines }]);
    }),
  );
});
