import { expect, test } from "vitest";
import { withVerifyWord } from "./transfer-flags.ts";

test.each([
  [
    ["get", "--verify", "ftp://h/a"],
    ["get", "--verify=hash", "ftp://h/a"],
  ],
  [
    ["get", "ftp://h/a", "--verify"],
    ["get", "ftp://h/a", "--verify=hash"],
  ],
  [
    ["get", "--verify", "size", "ftp://h/a"],
    ["get", "--verify", "size", "ftp://h/a"],
  ],
  [
    ["get", "--verify=nothing", "ftp://h/a"],
    ["get", "--verify=nothing", "ftp://h/a"],
  ],
  [
    ["put", "--", "--verify", "ftp://h/"],
    ["put", "--", "--verify", "ftp://h/"],
  ],
])("%j means %j", (args, expected) => expect(withVerifyWord(args)).toEqual(expected));
