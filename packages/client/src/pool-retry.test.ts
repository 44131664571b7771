import { expect, test } from "vitest";
import { ClientError } from "./errors.ts";
import { backOffFor, isBusy, isWorthRepeating, secondsBefore } from "./pool-retry.ts";
import type { Reply } from "@twinport/protocol";

const backOff = { first: 0.5, most: 10 };

test.each([
  [0, 0, 0.25],
  [0, 1, 0.5],
  [1, 1, 1],
  [4, 1, 8],
  [5, 1, 10],
  [500, 0, 5],
])("before repetition %d, with the chance %d, it waits %d s", (repetition, chance, seconds) => {
  expect(secondsBefore(repetition, backOff, chance)).toBe(seconds);
});

const reply = (code: number): Reply => ({ code, lines: ["said"] });

test.each([
  ["a lost connection", new ClientError("connection-lost", { cause: "reset" }), true],
  ["a refusal of the moment", new ClientError("refused", {}, { reply: reply(450) }), true],
  ["a refusal for good", new ClientError("refused", {}, { reply: reply(550) }), false],
  ["a search for a mode, which has tried all there are", new ClientError("no-mode-moves-data"), false],
  ["a wrong password", new ClientError("login-refused"), false],
  ["an error of our caller", new TypeError("no"), false],
])("%s: worth repeating is %s", (_what, error, expected) => {
  expect(isWorthRepeating(error)).toBe(expected);
});

test("a server is busy by its word, or by 421", () => {
  expect(isBusy(new ClientError("server-busy"))).toBe(true);
  expect(isBusy(new ClientError("connection-lost", {}, { reply: reply(421) }))).toBe(true);
  expect(isBusy(new ClientError("connection-lost"))).toBe(false);
});

test("a wait ends with its signal", async () => {
  const stop = new AbortController();
  const waited = backOffFor(60, stop.signal);
  stop.abort(new Error("enough"));
  await expect(waited).rejects.toMatchObject({ code: "aborted", cause: { message: "enough" } });
});
