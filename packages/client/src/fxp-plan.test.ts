import { expect, test } from "vitest";
import { Features } from "./features.ts";
import { fxpWays } from "./fxp-plan.ts";
import type { FxpServer } from "./fxp-plan.ts";

const serverOf = (name: string, isProtected: boolean, ...features: string[]): FxpServer => ({
  name,
  session: {
    features: new Features(new Map(features.map((feature) => [feature, ""]))),
    dataTls: isProtected ? ({} as NonNullable<FxpServer["session"]["dataTls"]>) : undefined,
  },
});

const told = (ways: ReturnType<typeof fxpWays>): string[] =>
  ways.map(({ passive, protection, sscn }) => [passive, protection, ...(sscn ? [sscn] : [])].join(" "));

test.each([
  ["in clear, either opens the port", [], [], false, false, ["from none", "to none"]],
  ["CPSV is for the one that opens the port", ["CPSV"], [], true, true, ["from cpsv"]],
  ["with CPSV at both, either may", ["CPSV"], ["CPSV", "SSCN"], true, true, ["from cpsv", "to cpsv"]],
  [
    "SSCN makes its own side the client, whoever opens the port",
    [],
    ["SSCN"],
    true,
    true,
    ["from sscn to", "to sscn to"],
  ],
] as const)("%s", (_what, from, to, fromTls, toTls, expected) => {
  const servers = { from: serverOf("a:21", fromTls, ...from), to: serverOf("b:21", toTls, ...to) };
  expect(told(fxpWays(servers, false))).toEqual(expected);
});

test("clear comes last, and only if it is said", () => {
  const servers = { from: serverOf("a:21", true, "SSCN"), to: serverOf("b:21", true) };
  expect(told(fxpWays(servers, true))).toEqual(["from sscn from", "to sscn from", "from clear", "to clear"]);
});

test.each([
  ["both", true, true, /neither a:21 nor b:21 offers CPSV or SSCN/],
  ["the first", true, false, /only a:21 protects data/],
  ["the second", false, true, /only b:21 protects data/],
])("without a way it says what is missing: %s protected", (_what, from, to, message) => {
  const servers = { from: serverOf("a:21", from), to: serverOf("b:21", to) };
  expect(() => fxpWays(servers, false)).toThrow(message);
  expect(told(fxpWays(servers, true))).toEqual(["from clear", "to clear"]);
});
