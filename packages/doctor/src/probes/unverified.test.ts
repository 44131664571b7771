import { expect, test } from "vitest";
import { mayLogInUnverified } from "./unverified.ts";

const far = { address: "192.0.2.1", port: 21 };
const here = { address: "::1", port: 21 };

test.each([
  ["ann's password at a server far away", "ann", false, far, false],
  ["ann's password, which goes in clear too", "ann", true, far, true],
  ["ann's password on this computer", "ann", false, here, true],
  ["anonymous, who has none", "anonymous", false, far, true],
  ["nobody named, who is anonymous", undefined, false, far, true],
  ["ann's password where nobody stands", "ann", false, undefined, false],
])("%s may be told without a certificate: %s", (_name, user, isClearAnyway, peer, expected) => {
  expect(mayLogInUnverified({ user, isClearAnyway, peer })).toBe(expected);
});
