// The invariant: whatever the bytes, a ClientHello is read or it is not, nothing is thrown, more bytes never change what is known, and what was written is read.
import fc from "fast-check";
import { expect } from "vitest";
import { readClientHello } from "../packages/protocol/src/index.ts";
import { clientHello } from "../test/testkit/client-hello.ts";
import { bytesOf, cut, lengths } from "./pieces.ts";
import { fuzz } from "./target.ts";
import type { ClientHello } from "../packages/protocol/src/index.ts";

const octets = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });
const letters = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 20 });

const made = fc.record(
  {
    sessionId: octets(32),
    ticket: octets(60),
    identities: fc.array(octets(60), { maxLength: 4 }),
    serverName: letters,
    protocols: fc.array(letters, { maxLength: 4 }),
    padding: fc.nat(300),
    record: fc.integer({ min: 1, max: 200 }),
  },
  { requiredKeys: [] },
);

/** Some bytes of a hello are others, and it may end early. */
const spoilt = fc
  .tuple(made, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }), fc.option(fc.nat()))
  .map(([hello, changes, end]) => {
    const bytes = clientHello(hello);
    for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
    return end === null ? bytes : bytes.subarray(0, end % bytes.length);
  });

const pieces = bytesOf(
  22,
  3,
  1,
  0,
  16,
  35,
  41,
  0xff,
  0x40,
  "\x16\x03\x01\x00\x01",
  "\x16\x03\x01\x40\x00",
  "\x01\x00\x00\x40\x03\x03",
  "\x00\x23\x00\x10",
  "\x00\x29\x00\x20",
);

const nameOf = (ticket: Uint8Array): string => Buffer.from(ticket.subarray(0, 16)).toString("hex");

/** Reads what has come, with each piece more; what is known stays. */
function readAll(bytes: Uint8Array, chunkLengths: readonly number[]): ClientHello {
  let known = readClientHello(new Uint8Array(0));
  let length = 0;
  for (const chunk of cut(bytes, chunkLengths)) {
    length += chunk.length;
    const next = readClientHello(bytes.subarray(0, length));
    if (known.kind !== "more" || length < known.atLeast) expect(next).toEqual(known);
    if (next.kind === "more") expect(next.atLeast).toBeGreaterThan(length);
    known = next;
  }
  return known;
}

fuzz({
  "any bytes": fc.property(pieces, lengths, (bytes, chunkLengths) => {
    expect(readAll(bytes, chunkLengths)).toEqual(readClientHello(bytes));
  }),
  "a hello that is spoilt": fc.property(spoilt, lengths, (bytes, chunkLengths) => {
    const known = readAll(bytes, chunkLengths);
    expect(known).toEqual(readClientHello(bytes));
    // Behind the bytes that were given nothing is looked at.
    const room = new Uint8Array(bytes.length + 64).fill(0x16);
    room.set(bytes, 32);
    expect(readClientHello(room.subarray(32, 32 + bytes.length))).toEqual(known);
    if (known.kind !== "hello") return;
    for (const ticket of known.tickets) expect(ticket).toMatch(/^[0-9a-f]{32}$/);
  }),
  "what was written": fc.property(made, octets(40), (hello, behind) => {
    const { sessionId = [], ticket, identities = [], serverName, protocols = [] } = hello;
    const shown = [...(ticket ? [ticket] : []), ...identities].filter(({ length }) => length >= 16);
    expect(readClientHello(Uint8Array.from([...clientHello(hello), ...behind]))).toEqual({
      kind: "hello",
      sessionId: Buffer.from(sessionId).toString("hex"),
      tickets: shown.map(nameOf),
      ...(serverName !== undefined && { serverName }),
      protocols,
    });
  }),
});
