import { writeFile } from "node:fs/promises";
import path from "node:path";
import { PassThrough } from "node:stream";
import { parseFtpUrl } from "@twinport/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ScratchFolder } from "../../../../../test/testkit/scratch-folder.ts";
import { Logins } from "./login.ts";
import { messagesIn } from "../../messages/index.ts";
import type { ConnectionFlags } from "./connection-flags.ts";
import type { Login } from "./login.ts";

let scratch: ScratchFolder;
beforeEach(() => (scratch = new ScratchFolder()));
afterEach(() => scratch[Symbol.asyncDispose]());

const everything: Partial<ConnectionFlags> = { passwordStdin: true, netrc: true };

async function login(url: string, flags: Partial<ConnectionFlags> = {}, environment: object = {}): Promise<Login> {
  const file = path.join(scratch.path, ".netrc");
  await writeFile(file, "machine h login ann password of-netrc\nmachine h login bob password of-bob\n", {
    mode: 0o600,
  });
  const terminal = {
    input: PassThrough.from([Buffer.from("of-in"), Buffer.from("put\r\nmore")]),
    output: new PassThrough(),
    errors: new PassThrough(),
    environment: { HOME: scratch.path, ...environment },
    now: Date.now,
  };
  return await new Logins(terminal, messagesIn("en"), flags).of(parseFtpUrl(url));
}

test.each<[string, string, Partial<ConnectionFlags>, object, Login]>([
  ["nobody is named", "ftp://h/", {}, { TWINPORT_PASSWORD: "x" }, {}],
  [
    "the URL has it",
    "ftp://ann:of-url@h/",
    everything,
    { TWINPORT_PASSWORD: "x" },
    { user: "ann", password: "of-url" },
  ],
  ["the standard input", "ftp://ann@h/", everything, { TWINPORT_PASSWORD: "x" }, { user: "ann", password: "of-input" }],
  ["the environment", "ftp://ann@h/", { netrc: true }, { TWINPORT_PASSWORD: "x" }, { user: "ann", password: "x" }],
  ["the netrc", "ftp://h/", { netrc: true }, {}, { user: "ann", password: "of-netrc" }],
  ["the netrc, for a user", "ftp://bob@h/", { netrc: true }, {}, { user: "bob", password: "of-bob" }],
  [
    "--user, whose password is not that of the URL",
    "ftp://ann:of-url@h/",
    { user: "bob" },
    {},
    { user: "bob", password: "" },
  ],
  ["none is known", "ftp://ann@h/", {}, {}, { user: "ann", password: "" }],
])("%s", async (_name, url, flags, environment, expected) => {
  expect(await login(url, flags, environment)).toEqual(expected);
});
