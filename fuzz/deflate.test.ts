// The invariant: an upload in MODE Z ends as exactly the bytes that were compressed or as an error, however it is cut, and never takes more room than it may.
import { constants, deflateRawSync, deflateSync, gzipSync, inflateRawSync, inflateSync } from "node:zlib";
import fc from "fast-check";
import { expect } from "vitest";
import { systemClock } from "@twinport/channel";
import { RemoteProtocolError } from "../packages/protocol/src/index.ts";
import { inflating } from "../packages/server/src/deflate.ts";
import { bytesOf, cut, lengths } from "./pieces.ts";
import { fuzz } from "./target.ts";
import type { InputType, ZlibOptions } from "node:zlib";

/** What comes out of one upload. */
interface Outcome {
  readonly bytes: Buffer;
  readonly error: unknown;
}

/** What the engine may give at once, and what may come out of little (see `deflate.ts`). */
const PIECE = 64 * 1024;
const FREE_BYTES = 64 * 1024 * 1024;

async function receive(chunks: Iterable<Uint8Array>, keep = true): Promise<Outcome & { readonly length: number }> {
  const pieces: Buffer[] = [];
  let length = 0;
  let isWriting = false;
  let isOver = false;
  const sink = {
    async write(bytes: Uint8Array): Promise<void> {
      expect(isOver, "something came after the end").toBe(false);
      expect(isWriting, "two writes at once").toBe(false);
      expect(bytes.length).toBeLessThanOrEqual(PIECE);
      isWriting = true;
      length += bytes.length;
      if (keep) pieces.push(Buffer.from(bytes));
      await Promise.resolve();
      isWriting = false;
    },
  };
  const plan = inflating(
    { verb: "STOR", path: "/a", title: "", sink, commit: () => {}, abandon: () => {} },
    [],
    systemClock,
  );
  let error: unknown;
  try {
    for (const chunk of chunks) await plan.sink.write(chunk);
    await plan.sink.end?.();
    await plan.commit();
  } catch (failure) {
    error = failure;
    await plan.abandon();
  }
  isOver = true;
  return { bytes: Buffer.concat(pieces), error, length };
}

/** What zlib makes of all of it at once; undefined where that is not all, or nothing. */
function wholly(inflate: (bytes: InputType, options: ZlibOptions) => unknown, wire: Uint8Array): Buffer | undefined {
  try {
    const { buffer, engine } = inflate(wire, { info: true }) as { buffer: Buffer; engine: { bytesWritten: number } };
    return engine.bytesWritten === wire.length ? buffer : undefined;
  } catch {
    return undefined;
  }
}

const plain = fc.oneof(
  bytesOf("text", "\r\n", 0, 0x78, 0x9c),
  fc.nat(300_000).map((size) => Buffer.alloc(size, "some text that compresses well. ")),
  fc.uint8Array({ maxLength: 3000 }),
);
const options = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FILTERED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
    constants.Z_FIXED,
  ),
});
const cuts = fc.oneof(
  lengths,
  fc.constant([100_000]),
  fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 }),
);

/** Ways to spoil a stream. */
const spoil = fc.record({
  keep: fc.double({ min: 0, max: 1, noNaN: true }),
  flip: fc.option(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { nil: undefined }),
  behind: fc.oneof(fc.constant(new Uint8Array(0)), fc.uint8Array({ maxLength: 8 })),
});

const bombs = [8, 80, 120].map((mib) => {
  const zeros = Buffer.alloc(mib * 1024 * 1024);
  return { mib, wires: [deflateSync(zeros), deflateRawSync(zeros)] };
});

fuzz(
  {
    "what was compressed": fc.asyncProperty(
      plain,
      options,
      fc.boolean(),
      cuts,
      async (bytes, how, isRaw, chunkLengths) => {
        const wire = isRaw ? deflateRawSync(bytes, how) : deflateSync(bytes, how);
        const { error, bytes: got } = await receive(cut(wire, chunkLengths));
        expect(error).toBeUndefined();
        expect(got.equals(bytes)).toBe(true);
      },
    ),
    "what was spoilt": fc.asyncProperty(
      plain,
      fc.constantFrom(deflateSync, deflateRawSync, gzipSync, (bytes: Uint8Array) => Buffer.from(bytes)),
      spoil,
      cuts,
      async (bytes, compress, { keep, flip, behind }, chunkLengths) => {
        const whole = compress(bytes);
        const wire = Buffer.concat([whole.subarray(0, Math.ceil(whole.length * keep)), behind]);
        if (flip && wire.length > 0) wire[flip[0] % wire.length]! ^= flip[1];
        const { error, bytes: got } = await receive(cut(wire, chunkLengths));
        if (error !== undefined) {
          expect(error).toBeInstanceOf(RemoteProtocolError);
          return;
        }
        const meant = wire.length === 0 ? Buffer.alloc(0) : (wholly(inflateSync, wire) ?? wholly(inflateRawSync, wire));
        expect(meant && got.equals(meant)).toBe(true);
      },
    ),
    "what expands too much": fc.asyncProperty(fc.constantFrom(...bombs), fc.nat(1), async ({ mib, wires }, which) => {
      const { error, length } = await receive(cut(wires[which]!, [PIECE]), false);
      if (mib * 1024 * 1024 <= FREE_BYTES) expect(error).toBeUndefined();
      else expect(error).toMatchObject({ code: "deflate-expands" });
      expect(length).toBeLessThanOrEqual(FREE_BYTES);
    }),
  },
  { runsARound: 20 },
);
