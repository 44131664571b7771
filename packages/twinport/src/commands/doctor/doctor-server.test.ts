import { describe, expect, test } from "vitest";
import { messagesIn } from "../../messages/index.ts";
import { flagsOf, serveArgsOf } from "./doctor-server-running.ts";
import type { CommandSetting } from "../command-setting.ts";

const setting: CommandSetting = {
  terminal: { input: process.stdin, output: process.stdout, errors: process.stderr, environment: {}, now: Date.now },
  messages: messagesIn("en"),
  language: "en",
};

describe("a server that runs is known by its command line", () => {
  test.each([
    [["node", "/usr/lib/node_modules/twinport/bin/twinport.js", "serve", "/srv"], ["/srv"]],
    [["/usr/bin/node", "--max-old-space-size=200", "bin/twinport.js", "serve"], []],
    [
      ["twinport", "--lang", "en", "serve", "--listen", "0.0.0.0:21"],
      ["--listen", "0.0.0.0:21"],
    ],
    [
      ["node", "tools/start.mjs", "serve", "--listen", "0.0.0.0:21"],
      ["--listen", "0.0.0.0:21"],
    ],
    [["node", "start.mjs", "serve"], undefined],
    [["mytwinport", "serve"], undefined],
    [["twinport", "doctor", "--server"], undefined],
    [["twinport", "get", "ftp://h/a", "somewhere", "serve"], undefined],
    [["sh", "-c", "twinport serve"], undefined],
    [["serve", "twinport"], undefined],
    [[""], undefined],
    [[], undefined],
  ])("%j", (words, args) => {
    expect(serveArgsOf(words)).toEqual(args);
  });
});

describe("its arguments are read as it has read them", () => {
  const flags = (...args: string[]) =>
    flagsOf({ pid: 1, args, folder: "/srv/ftp", isElsewhere: false, isHidden: false }, setting);

  test("its own options too, and files from where it stands", () => {
    expect(
      flags(
        "/data",
        "--user",
        "ann",
        "--password",
        "x",
        "--listen",
        "0.0.0.0:21",
        "--tls-cert",
        "a.pem",
        "--no-active",
      ),
    ).toMatchObject({ listen: ["0.0.0.0:21"], tlsCert: ["/srv/ftp/a.pem"], active: false, passive: true });
  });

  test("those of another version are none", () => {
    expect(flags("--no-such-option")).toBeUndefined();
  });
});
