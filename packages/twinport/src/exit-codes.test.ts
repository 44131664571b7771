import { readFile } from "node:fs/promises";
import { ChannelError } from "@twinport/channel";
import { ClientError } from "@twinport/client";
import { LocalProtocolError } from "@twinport/protocol";
import { describe, expect, test } from "vitest";
import { UsageError } from "./usage-error.ts";
import { exitCodeOf, exitCodeOfClient } from "./exit-codes.ts";

describe("exit codes", () => {
  test("every failure of the client has one of them", () => {
    for (const code of Object.values(exitCodeOfClient)) expect(code).toBeGreaterThan(0);
    expect(new Set(Object.values(exitCodeOfClient))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]));
  });

  test.each([
    ["connect-refused", 3],
    ["name-not-found", 3],
    ["login-refused", 4],
    ["certificate-refused", 5],
    ["no-mode-moves-data", 6],
    ["not-found", 7],
    ["refused", 8],
    ["local-file", 9],
    ["hash-differs", 10],
    ["aborted", 11],
    ["timed-out", 12],
  ] as const)("%s ends with %d", (code, exit) => expect(exitCodeOf(new ClientError(code))).toBe(exit));

  test("a transfer that broke since nothing moved is one that timed out", () => {
    const cause = new ChannelError("data-stalled", { seconds: 60 });
    expect(exitCodeOf(new ClientError("transfer-broken", { moved: 1 }, { cause }))).toBe(12);
    expect(exitCodeOf(new ClientError("transfer-broken", { moved: 1 }))).toBe(1);
  });

  test.each([
    ["a server that never greets", "not-ftp", new ClientError("timed-out", { what: "the reply", seconds: 2 }), 12],
    ["one that greets with nonsense", "not-ftp", new ClientError("protocol-not-followed"), 3],
    ["one that is silent in place of TLS", "tls-failed", new ChannelError("tls-timed-out", { seconds: 2 }), 12],
    ["one that does not speak TLS", "tls-failed", new ChannelError("tls-not-spoken", { said: "220" }), 5],
  ] as const)("%s", (_title, code, cause, exit) => {
    expect(exitCodeOf(new ClientError(code, {}, { cause }))).toBe(exit);
  });

  test("what is no failure of the client has one too", async () => {
    expect(exitCodeOf(new UsageError("no"))).toBe(2);
    expect(exitCodeOf(new LocalProtocolError("control-byte", { word: "x" }))).toBe(2);
    expect(exitCodeOf(new TypeError("ours"))).toBe(1);
    const missing = await readFile(new URL("./no-such-file", import.meta.url)).catch((error: unknown) => error);
    expect(exitCodeOf(missing)).toBe(9);
  });
});
