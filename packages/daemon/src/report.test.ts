import { EventEmitter } from "node:events";
import { AccountsFileError } from "@twinport/accounts";
import { expect, test } from "vitest";
import { messagesIn } from "./messages/index.ts";
import { reportWarnings } from "./report.ts";
import type { Server } from "@twinport/server";

/** What is reported of warnings, with a clock that is turned by hand. */
function reported() {
  const server = new EventEmitter();
  const sentences: string[] = [];
  const clock = { now: 0 };
  const log = {
    report: ({ sentence }: { readonly sentence: string }) => sentences.push(sentence),
    say: () => {},
    close: async () => {},
  };
  reportWarnings(server as unknown as Pick<Server, "on">, log, messagesIn("en"), () => clock.now);
  const fail = (error: Error): boolean => server.emit("warning", { code: "accounts-failed", session: {}, error });
  return { sentences, clock, fail, server };
}

test("logins that are too many are reported once a minute, with how many they were", () => {
  const { sentences, clock, fail } = reported();
  const tooMany = new AccountsFileError("too-many-logins", { limit: 8, peer: "192.0.2.7" });
  for (; clock.now < 60_000; clock.now += 1000) fail(tooMany);
  fail(tooMany);
  clock.now += 60_000;
  fail(tooMany);
  const said = "a login could not be decided: more than 8 logins from 192.0.2.7 wait for their password to be checked";
  expect(sentences).toEqual([said, `${said}; 59 more since it was last said`, said]);
});

test("another reason is reported beside it, and what comes from elsewhere each time", () => {
  const { sentences, fail, server } = reported();
  for (let i = 0; i < 2; i++) {
    fail(new AccountsFileError("too-many-logins", { limit: 200 }));
    fail(new AccountsFileError("file-not-there", { file: "/etc/ftp.json" }));
    fail(new Error("the database is down"));
    server.emit("warning", { code: "login-banned", peer: "192.0.2.7", name: "ann", scope: "name" });
  }
  expect(sentences).toEqual([
    expect.stringContaining("more than 200 logins wait"),
    expect.stringContaining("no such accounts file"),
    expect.stringContaining("the database is down"),
    expect.stringContaining("192.0.2.7"),
    expect.stringContaining("the database is down"),
    expect.stringContaining("192.0.2.7"),
  ]);
});
