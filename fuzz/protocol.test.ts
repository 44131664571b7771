// The invariant: no bytes, however cut, make a decoder throw but its own error, pass its limit, or change its result.
import process from "node:process";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  ASCII_GROWTH,
  AsciiDecoder,
  AsciiEncoder,
  LineDecoder,
  RemoteProtocolError,
  ReplyDecoder,
  ROOT,
  formatReply,
  ip,
  matchesPattern,
  namesOf,
  parseCommand,
  parseExtendedPassive,
  parseExtendedPassiveRequest,
  parseExtendedPort,
  parseFacts,
  parseHostPort,
  parseIp,
  parseListingRequest,
  parsePrefix,
  parseQuotedPath,
  parseTimestamp,
  parseUnixLine,
  resolvePath,
  utf8,
} from "../packages/protocol/src/index.ts";

const seed = Number(process.env["TWINPORT_FUZZ_SEED"] ?? Date.now() % 2_147_483_647);
console.log(`TWINPORT_FUZZ_SEED=${seed}`);

/** For all properties together; without it a number of runs that takes a few seconds. */
const seconds = Number(process.env["TWINPORT_FUZZ_SECONDS"] ?? 0);
const PROPERTIES = 5;
const share = (seconds * 1000) / PROPERTIES;
const effort = seconds
  ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: share, markInterruptAsFailure: false }
  : { numRuns: 1500 };
const timeout = 120_000 + share;

function holds<Values extends [unknown, ...unknown[]]>(property: fc.IProperty<Values>): void {
  fc.assert(property, { seed, ...effort });
}

/** Random bytes, with those that mean something more often than chance would have them. */
function bytesOf(...meaningful: (number | string)[]): fc.Arbitrary<Uint8Array> {
  const pieces = meaningful.map((piece) =>
    typeof piece === "number" ? [piece] : Array.from(piece, (letter) => letter.charCodeAt(0)),
  );
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...pieces) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }).map((bytes) => [...bytes]) },
    { weight: 1, arbitrary: fc.nat(40).map((length) => Array<number>(length).fill(0x78)) },
  );
  return fc.array(piece, { maxLength: 40 }).map((parts) => Uint8Array.from(parts.flat()));
}

const lengths = fc.array(fc.nat(12), { minLength: 1, maxLength: 20 }).filter((all) => all.some((length) => length > 0));

function* cut(bytes: Uint8Array, chunkLengths: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = chunkLengths[i % chunkLengths.length]!;
    yield bytes.slice(at, at + length);
    at += length;
  }
}

const LIMIT = 32;

test(
  "lines of commands, with Telnet among them",
  () => {
    const decode = (chunks: Iterable<Uint8Array>): unknown => {
      const decoder = new LineDecoder(LIMIT);
      const lines: unknown[] = [];
      const answers: number[] = [];
      for (const chunk of chunks) {
        for (const line of decoder.decode(chunk)) {
          lines.push(line);
          if (line.kind === "line") {
            expect(line.bytes.length).toBeLessThanOrEqual(LIMIT);
            expect(line.bytes).not.toContain(0x0a);
          }
        }
        const given = decoder.takeAnswers() ?? new Uint8Array(0);
        // An answer is of three bytes and so is its question; the first two may have come before.
        expect(given.length).toBeLessThanOrEqual(chunk.length * 3);
        answers.push(...given);
      }
      return { lines, answers };
    };
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
    holds(
      fc.property(pieces, lengths, (bytes, chunkLengths) => {
        expect(decode(cut(bytes, chunkLengths))).toEqual(decode([bytes]));
        // Whatever came before, two line ends further on everything is understood again.
        const decoder = new LineDecoder(LIMIT);
        decoder.decode(Uint8Array.from([...bytes, 0x78, 0x78, 0x0a, 0x0a]));
        const [line] = decoder.decode(new TextEncoder().encode("NOOP\r\n"));
        expect(line).toEqual({ kind: "line", bytes: new TextEncoder().encode("NOOP") });
      }),
    );
  },
  timeout,
);

test(
  "replies",
  () => {
    const decode = (chunks: Iterable<Uint8Array>): unknown[] => {
      const decoder = new ReplyDecoder(undefined, LIMIT);
      const heard: unknown[] = [];
      try {
        for (const chunk of chunks) heard.push(...decoder.decode(chunk));
        decoder.decode(new Uint8Array(0));
      } catch (error) {
        expect(error).toBeInstanceOf(RemoteProtocolError);
        heard.push((error as RemoteProtocolError).message);
      }
      return heard;
    };
    const pieces = bytesOf(
      "220 ",
      "220-",
      "220",
      "226 ",
      " ",
      "-",
      "\r",
      "\n",
      "\r\n",
      "\r\n220 x\r\n",
      0xe4,
      0xb8,
      0xad,
    );
    holds(
      fc.property(pieces, lengths, (bytes, chunkLengths) => {
        expect(decode(cut(bytes, chunkLengths))).toEqual(decode([bytes]));
      }),
    );
  },
  timeout,
);

test(
  "text, both ways",
  () => {
    const send = (chunks: Iterable<Uint8Array>): number[] => {
      const encoder = new AsciiEncoder();
      return [...chunks].flatMap((chunk) => {
        const output = new Uint8Array(chunk.length * ASCII_GROWTH);
        const count = encoder.encode(chunk, output);
        expect(count).toBeLessThanOrEqual(output.length);
        return [...output.subarray(0, count)];
      });
    };
    const receive = (chunks: Iterable<Uint8Array>): number[] => {
      const decoder = new AsciiDecoder();
      const got = [...chunks].flatMap((chunk) => {
        const output = new Uint8Array(chunk.length + 1);
        const count = decoder.decode(chunk, output);
        expect(count).toBeLessThanOrEqual(output.length);
        return [...output.subarray(0, count)];
      });
      return [...got, ...decoder.end()];
    };
    holds(
      fc.property(bytesOf("\r", "\n", "\r\n", "a", 0), lengths, (bytes, chunkLengths) => {
        const sent = send([bytes]);
        expect(send(cut(bytes, chunkLengths))).toEqual(sent);
        expect(receive(cut(bytes, chunkLengths))).toEqual(receive([bytes]));
        // No LF goes out without its CR, and what came in so comes out as the lines it had.
        expect(sent.every((byte, at) => byte !== 0x0a || sent[at - 1] === 0x0d)).toBe(true);
        expect(receive([Uint8Array.from(sent)])).toEqual(receive([bytes]));
      }),
    );
  },
  timeout,
);

test(
  "a command line and all that reads its argument",
  () => {
    const pieces = bytesOf(
      "EPRT ",
      "CWD ",
      "|1|",
      "|2|",
      "|",
      "::",
      ":",
      ".",
      ",",
      "/",
      "..",
      "[",
      "]",
      "*",
      "?",
      "%",
      "-l ",
      "255",
      "192.0.2.7",
      "ffff",
      "\r",
      0,
      0xe4,
    );
    holds(
      fc.property(pieces, (line) => {
        const parsed = parseCommand(line, utf8.decode);
        if (parsed.kind === "refused") return;
        const { word, argument } = parsed.command;
        expect(word).toMatch(/^[!-~]{1,32}$/);
        expect(argument).not.toMatch(/[\r\n\0]/);
        const path = resolvePath(ROOT, argument);
        if (path.kind === "path") {
          expect(path.path.startsWith("/")).toBe(true);
          for (const name of namesOf(path.path)) expect(["", ".", ".."]).not.toContain(name);
        }
        const address = parseIp(argument);
        if (address) expect(ip(address.text).bytes).toEqual(address.bytes);
        const told = parseExtendedPort(argument);
        const where = told.kind === "where" ? told.where : parseHostPort(argument);
        if (where) expect(where.port).toBeLessThanOrEqual(65_535);
        parsePrefix(argument);
        parseExtendedPassiveRequest(argument);
        parseTimestamp(argument);
        parseListingRequest(argument);
        matchesPattern(argument, word);
      }),
    );
  },
  timeout,
);

test(
  "text of a reply and lines of a listing",
  () => {
    const text = fc.array(
      fc.oneof(
        fc.constantFrom(
          "(|||",
          "|)",
          "50000",
          '"',
          '""',
          "type=",
          ";",
          " ",
          "=",
          "modify=20260101",
          "-rw-r--r-- ",
          "1 a b 3 Jan  1  2026 x",
          "\r\n220 ",
        ),
        fc.string({ maxLength: 4 }),
      ),
      { maxLength: 12 },
    );
    holds(
      fc.property(text, (parts) => {
        const line = parts.join("");
        const port = parseExtendedPassive(line);
        if (port !== undefined) expect(port).toBeLessThanOrEqual(65_535);
        parseQuotedPath(line);
        parseUnixLine(line);
        const facts = parseFacts(line);
        if (facts) expect(facts.name).not.toBe("");
        // A text cannot write a reply of its own.
        expect(
          new ReplyDecoder().decode(new TextEncoder().encode(formatReply({ code: 211, lines: [line, line, line] }))),
        ).toHaveLength(1);
      }),
    );
  },
  timeout,
);
