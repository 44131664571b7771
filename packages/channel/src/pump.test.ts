import { randomBytes } from "node:crypto";
import { once } from "node:events";
import fc from "fast-check";
import { expect, test } from "vitest";
import { DataPair } from "../../../test/testkit/data-pair.ts";
import { inTime } from "../../../test/testkit/in-time.ts";
import { BufferBudget } from "./buffer-budget.ts";
import { ChannelError } from "./errors.ts";
import { RateLimit } from "./rate-limit.ts";
import { systemClock } from "./clock.ts";
import { receiveAll, sendAll } from "./pump.ts";
import type { ByteSink, ByteSource, PumpOptions } from "./pump.ts";
import type { DataConnection } from "./data-connection.ts";

const KI = 1024;
const content = randomBytes(2 * 1024 * KI);
const nothing = (): void => {};

function options(connection: DataConnection, more: Partial<PumpOptions> = {}): PumpOptions {
  return { connection, buffers: new BufferBudget(), clock: systemClock, stallSeconds: 20, onMoved: nothing, ...more };
}

/** Turns of the event loop: 0 is a promise that is done at once. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** A list that is gone through again and again. */
function around<T>(list: readonly T[]): () => T {
  let at = 0;
  return () => list[at++ % list.length]!;
}

/** Takes bytes at once (undefined) or after some turns; what it was given must not change while it has it. */
class SlowSink implements ByteSink {
  readonly taken: Buffer[] = [];
  readonly #delay: () => number | undefined;
  #busy = false;

  constructor(delays: readonly (number | undefined)[]) {
    this.#delay = around(delays);
  }

  write(bytes: Uint8Array): void | Promise<void> {
    if (this.#busy) throw new Error("two writes at once");
    const copy = Buffer.from(bytes);
    const delay = this.#delay();
    if (delay === undefined) {
      this.taken.push(copy);
      return undefined;
    }
    this.#busy = true;
    return turns(delay).then(() => {
      if (!copy.equals(bytes)) throw new Error("the bytes were changed during the write");
      // It may change them: what comes next must not be harmed.
      bytes.fill(0xee);
      this.taken.push(copy);
      this.#busy = false;
    });
  }
}

/** Sizes near the borders of buffers, and any others. */
const sizes = fc.oneof(
  fc
    .tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: -2, max: 2 }))
    .map(([n, d]) => Math.max(0, n * 256 * KI + d)),
  fc
    .tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: -2, max: 2 }))
    .map(([n, d]) => Math.max(0, n * 64 * KI + d)),
  fc.integer({ min: 0, max: 1_500_000 }),
);
const delays = fc.array(fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }), { minLength: 1, maxLength: 6 });
const pieces = fc.array(fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1000, max: 300_000 })), {
  minLength: 1,
  maxLength: 5,
});
/** Bytes of all buffers together: enough, or so few that everybody gets the smallest. */
const budgets = fc.constantFrom(64 * 1024 * KI, 1);

test("what a peer sends reaches the sink whole and in order, however slow it is and however the bytes are cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      sizes,
      pieces,
      delays,
      budgets,
      fc.integer({ min: 0, max: 2 }),
      async (size, cuts, slow, budget, pauses) => {
        await using pair = await DataPair.open();
        const buffers = new BufferBudget(budget);
        const sink = new SlowSink(slow);
        let moved = 0;
        const received = receiveAll(sink, options(pair.ours, { buffers, onMoved: (count) => (moved += count) }));
        // Small pieces only for the beginning: a mebibyte of single bytes takes too long.
        const next = around(cuts);
        const send = async (): Promise<void> => {
          for (let at = 0, written = 0; at < size; written++) {
            const piece = written < 200 ? next() : 200_000;
            const bytes = content.subarray(at, Math.min(size, at + piece));
            at += bytes.length;
            if (!pair.theirs.write(bytes)) await once(pair.theirs, "drain");
            if (written % 8 < pauses) await turns(1);
          }
          pair.theirs.end();
        };
        await inTime("the end of the upload", Promise.all([received, send()]), 8);
        expect(moved).toBe(size);
        expect(Buffer.concat(sink.taken).equals(content.subarray(0, size))).toBe(true);
        expect(buffers.lent).toBe(0);
      },
    ),
    { numRuns: 400 },
  );
}, 60_000);

test("what a source gives reaches the peer whole and in order, in whatever pieces it comes", async () => {
  await fc.assert(
    fc.asyncProperty(sizes, pieces, delays, budgets, fc.boolean(), async (size, cuts, slow, budget, isKnown) => {
      await using pair = await DataPair.open();
      const buffers = new BufferBudget(budget);
      const next = around(cuts);
      const delay = around(slow);
      let at = 0;
      let reads = 0;
      const source: ByteSource = {
        expected: isKnown ? size : undefined,
        read(into) {
          const most = reads++ < 200 ? next() : 200_000;
          const part = content.subarray(at, Math.min(size, at + most, at + into.length));
          at += part.length;
          const turnsToWait = delay();
          into.set(part);
          return turnsToWait === undefined ? part.length : turns(turnsToWait).then(() => part.length);
        },
      };
      const chunks: Buffer[] = [];
      pair.theirs.on("data", (chunk: Buffer) => chunks.push(chunk));
      const ended = once(pair.theirs, "end");
      await inTime(
        "the end of the download",
        Promise.all([sendAll(source, options(pair.ours, { buffers })), ended]),
        8,
      );
      expect(Buffer.concat(chunks).equals(content.subarray(0, size))).toBe(true);
      expect(buffers.lent).toBe(0);
    }),
    { numRuns: 250 },
  );
}, 60_000);

test("an upload goes on where a slow write is followed by quick ones", async () => {
  await using pair = await DataPair.open();
  const buffers = new BufferBudget(1);
  const taken: Buffer[] = [];
  let release = nothing;
  const sink: ByteSink = {
    write(bytes) {
      taken.push(Buffer.from(bytes));
      return taken.length === 1 ? new Promise<void>((resolve) => (release = resolve)) : undefined;
    },
  };
  const received = receiveAll(sink, options(pair.ours, { buffers }));
  pair.theirs.write(content.subarray(0, 10));
  await expect.poll(() => taken.length).toBe(1);
  // Both buffers fill while the first ten bytes are being written.
  pair.theirs.end(content.subarray(10, 1_000_000));
  await expect.poll(() => pair.theirs.bytesWritten).toBeGreaterThan(100_000);
  await turns(20);
  release();
  await inTime("the end of the upload", received);
  expect(Buffer.concat(taken).equals(content.subarray(0, 1_000_000))).toBe(true);
});

test("a sink that takes its time stops the peer: no more than two buffers are read", async () => {
  await using pair = await DataPair.open();
  const buffers = new BufferBudget();
  let moved = 0;
  let release = nothing;
  const slow: ByteSink = { write: () => new Promise<void>((resolve) => (release = resolve)) };
  const failed = receiveAll(slow, options(pair.ours, { buffers, onMoved: (count) => (moved += count) }));
  pair.theirs.write(content);
  await expect.poll(() => moved).toBe(buffers.lent);
  await turns(50);
  expect(moved).toBe(buffers.lent);
  pair.ours.fail(new ChannelError("aborted"));
  release();
  await expect(failed).rejects.toMatchObject({ code: "aborted" });
});

test("a buffer that is still being written is not lent to somebody else when the transfer fails", async () => {
  await using pair = await DataPair.open();
  const buffers = new BufferBudget();
  let release = nothing;
  const sink: ByteSink = { write: () => new Promise<void>((resolve) => (release = resolve)) };
  const failed = receiveAll(sink, options(pair.ours, { buffers }));
  pair.theirs.write("x");
  await expect.poll(() => release === nothing).toBe(false);
  const lent = buffers.lent;
  const heard = failed.catch((error: unknown) => error);
  pair.ours.fail(new ChannelError("aborted"));
  await turns(5);
  expect(buffers.lent).toBe(lent);
  release();
  expect(await heard).toMatchObject({ code: "aborted" });
  await expect.poll(() => buffers.lent).toBe(0);
});

test.each([
  [
    "at once",
    () => {
      throw new Error("disk");
    },
  ],
  ["later", () => Promise.reject(new Error("disk"))],
])("a sink that fails %s ends the upload with its own error", async (_when, write) => {
  await using pair = await DataPair.open();
  const buffers = new BufferBudget();
  const failed = receiveAll({ write }, options(pair.ours, { buffers }));
  pair.theirs.end(content);
  await expect(failed).rejects.toThrow("disk");
  expect(buffers.lent).toBe(0);
});

test.each([
  [
    "at once",
    (): number => {
      throw new Error("disk");
    },
  ],
  ["later", () => Promise.reject(new Error("disk"))],
])("a source that fails %s ends the download with its own error", async (_when, read) => {
  await using pair = await DataPair.open();
  const buffers = new BufferBudget();
  await expect(sendAll({ read, expected: undefined }, options(pair.ours, { buffers }))).rejects.toThrow("disk");
  expect(buffers.lent).toBe(0);
});

test.each([1, 5000, 300_000, 1_000_000])(
  "a reset directly behind %i bytes is told apart from their end",
  async (size) => {
    await using pair = await DataPair.open();
    const buffers = new BufferBudget();
    const failed = receiveAll(new SlowSink([undefined]), options(pair.ours, { buffers }));
    pair.theirs.write(content.subarray(0, size), () => pair.theirs.resetAndDestroy());
    await expect(failed).rejects.toMatchObject({ code: "data-reset" });
    expect(buffers.lent).toBe(0);
  },
);

test("a peer that resets its download is noticed, also while nothing can be sent", async () => {
  await using pair = await DataPair.open();
  const buffers = new BufferBudget();
  const endless: ByteSource = { expected: undefined, read: (into) => into.length };
  const failed = sendAll(endless, options(pair.ours, { buffers }));
  pair.theirs.once("data", () => pair.theirs.resetAndDestroy());
  await expect(failed).rejects.toMatchObject({ code: "data-reset" });
  expect(buffers.lent).toBe(0);
});

test("a download is done when its last byte is sent: the peer need not close first", async () => {
  await using pair = await DataPair.open();
  let sent = false;
  const source: ByteSource = {
    expected: 5,
    read: (into) => (sent ? 0 : ((sent = true), into.set(content.subarray(0, 5)), 5)),
  };
  await inTime("the download", sendAll(source, options(pair.ours)));
  pair.theirs.resume();
  await once(pair.theirs, "end");
  expect(pair.theirs.readyState).toBe("writeOnly");
});

test("what the peer says during a download is dropped, however much it is", async () => {
  await using pair = await DataPair.open();
  let left = 4 * 1024 * KI;
  const source: ByteSource = {
    expected: left,
    read: (into) => {
      const n = Math.min(left, into.length);
      left -= n;
      return turns(1).then(() => n);
    },
  };
  pair.theirs.write(content);
  let received = 0;
  pair.theirs.on("data", (chunk: Buffer) => (received += chunk.length));
  await inTime("the download", Promise.all([sendAll(source, options(pair.ours)), once(pair.theirs, "end")]));
  expect(received).toBe(4 * 1024 * KI);
});

test("a peer that takes nothing is given up after the time for it", async () => {
  await using pair = await DataPair.open();
  const endless: ByteSource = { expected: undefined, read: (into) => into.length };
  const began = Date.now();
  await expect(sendAll(endless, options(pair.ours, { stallSeconds: 0.2 }))).rejects.toMatchObject({
    code: "data-stalled",
    facts: { seconds: 0.2 },
  });
  expect(Date.now() - began).toBeGreaterThan(150);
});

test("a peer that sends nothing is given up after the time for it", async () => {
  await using pair = await DataPair.open();
  const failed = receiveAll(new SlowSink([undefined]), options(pair.ours, { stallSeconds: 0.2 }));
  pair.theirs.write("some");
  await expect(failed).rejects.toMatchObject({ code: "data-stalled" });
});

test("a peer is not blamed for a sink that is slower than the time for a stall", async () => {
  await using pair = await DataPair.open();
  const sink: ByteSink = { write: () => new Promise((resolve) => setTimeout(resolve, 350)) };
  const received = receiveAll(sink, options(pair.ours, { stallSeconds: 0.1 }));
  pair.theirs.end("all that there is");
  await received;
});

test("a peer is not blamed for a source that is slower than the time for a stall", async () => {
  await using pair = await DataPair.open();
  let reads = 0;
  const source: ByteSource = {
    expected: undefined,
    read: () => new Promise((resolve) => setTimeout(() => resolve(reads++ < 1 ? 10 : 0), 250)),
  };
  pair.theirs.resume();
  await sendAll(source, options(pair.ours, { stallSeconds: 0.1 }));
});

test.each([["up"], ["down"]])(
  "a peer is not blamed for a rate that is slower than the time for a stall (%s)",
  async (way) => {
    await using pair = await DataPair.open();
    const rate = new RateLimit(4000, systemClock);
    const more = { stallSeconds: 0.1, rate };
    if (way === "up") {
      const received = receiveAll(new SlowSink([undefined]), options(pair.ours, more));
      pair.theirs.end(content.subarray(0, 3000));
      await received;
      return;
    }
    pair.theirs.resume();
    let left = 3000;
    const read = (into: Uint8Array): number => {
      const count = Math.min(left, into.length);
      left -= count;
      return count;
    };
    await sendAll({ expected: 3000, read }, options(pair.ours, more));
  },
);

test("the pump gives the event loop its turn, should everything be there at once", async () => {
  await using pair = await DataPair.open();
  let left = 64 * 1024 * KI;
  let turned = 0;
  let isOver = false;
  const count = (): void => {
    turned++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  pair.theirs.resume();
  await sendAll(
    {
      expected: left,
      read: (into) => {
        const n = Math.min(left, into.length);
        left -= n;
        return n;
      },
    },
    options(pair.ours),
  );
  isOver = true;
  expect(turned).toBeGreaterThan(10);
});

test("a source that never answers does not hold a transfer that has ended, and keeps its buffer until it does", async () => {
  await using pair = await DataPair.open();
  const buffers = new BufferBudget();
  let answer: (count: number) => void = () => {};
  const stuck: ByteSource = { expected: undefined, read: () => new Promise((resolve) => (answer = resolve)) };
  const failed = sendAll(stuck, options(pair.ours, { buffers }));
  pair.ours.close();
  await expect(failed).rejects.toMatchObject({ code: "aborted" });
  expect(buffers.lent).toBeGreaterThan(0);
  answer(0);
  await expect.poll(() => buffers.lent).toBe(0);
});
