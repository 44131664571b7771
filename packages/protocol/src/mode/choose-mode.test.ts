import { describe, expect, test } from "vitest";
import { ip } from "../address/ip.ts";
import { chooseModes, isPassive, isSameDoor, modeWishes } from "./choose-mode.ts";
import type { AttemptFailure, ModeCommand, ModeView } from "./choose-mode.ts";

const all: readonly ModeCommand[] = ["epsv", "pasv", "port", "eprt"];

const view = (more: Partial<ModeView> = {}): ModeView => ({
  wish: "auto",
  local: ip("192.0.2.7"),
  peer: ip("198.51.100.9"),
  isProxied: false,
  isProtected: false,
  ...more,
});
const six: Partial<ModeView> = { local: ip("2001:db8::7"), peer: ip("2001:db8::9") };
const refused = (...modes: ModeCommand[]): Partial<ModeView> => ({ refused: new Set(modes) });

const tried = (more: Partial<ModeView>): string =>
  chooseModes(view(more))
    .tried.map(({ value }) => value)
    .join(" ");

test.each<[string, Partial<ModeView>, string]>([
  ["anything, over IPv4", {}, "epsv pasv port eprt"],
  ["anything, over IPv6", six, "epsv eprt"],
  ["anything, active preferred", { prefer: "active" }, "port eprt epsv pasv"],
  ["anything, passive preferred", { prefer: "passive" }, "epsv pasv port eprt"],
  ["anything, active preferred, over IPv6", { ...six, prefer: "active" }, "eprt epsv"],
  ["passive", { wish: "passive" }, "epsv pasv"],
  ["active", { wish: "active" }, "port eprt"],
  ["passive, whatever is preferred", { wish: "passive", prefer: "active" }, "epsv pasv"],
  ["EPSV", { wish: "epsv" }, "epsv"],
  ["PASV", { wish: "pasv" }, "pasv"],
  ["PORT", { wish: "port" }, "port"],
  ["EPRT", { wish: "eprt" }, "eprt"],
  ["PASV, over IPv6, which it cannot say", { ...six, wish: "pasv" }, ""],
  ["PORT, over IPv6, which it cannot say", { ...six, wish: "port" }, ""],
  ["active, through a proxy, which cannot be dialled", { wish: "active", isProxied: true }, ""],
  ["anything, through a proxy", { isProxied: true }, "epsv pasv"],
  [
    "anything, through a proxy over IPv6: what stands behind it may speak IPv4",
    { ...six, isProxied: true },
    "epsv pasv",
  ],
  ["what worked before comes first", { remembered: "port" }, "port epsv pasv eprt"],
  [
    "what worked before comes before what is preferred",
    { remembered: "pasv", prefer: "active" },
    "pasv port eprt epsv",
  ],
  ["what worked before does not count where it is not asked for", { remembered: "port", wish: "passive" }, "epsv pasv"],
  [
    "what worked before does not count where it was refused since",
    { remembered: "port", ...refused("port") },
    "epsv pasv eprt",
  ],
  ["what worked before does not count where it cannot be said", { ...six, remembered: "port" }, "epsv eprt"],
  ["what was refused is not asked again", refused("epsv", "port"), "pasv eprt"],
  ["all was refused", refused(...all), ""],
  ["what was refused is asked again by who names it alone", { wish: "epsv", ...refused("epsv") }, "epsv"],
])("%s", (_name, more, expected) => {
  expect(tried(more)).toBe(expected);
});

describe("whatever is known", () => {
  const views = modeWishes.flatMap((wish) =>
    [undefined, "passive", "active"].flatMap((prefer) =>
      [{}, six].flatMap((family) =>
        [false, true].flatMap((isProxied) =>
          [undefined, ...all].flatMap((remembered) =>
            [refused(), refused("epsv"), refused("port", "eprt"), refused(...all)].map((one) =>
              view({ wish, prefer: prefer as ModeView["prefer"], isProxied, remembered, ...family, ...one }),
            ),
          ),
        ),
      ),
    ),
  );

  test("each mode is either tried, once, or left, for a reason", () => {
    expect(views).toHaveLength(7 * 3 * 2 * 2 * 5 * 4);
    for (const one of views) {
      const order = chooseModes(one);
      const modes = [...order.tried.map(({ value }) => value), ...order.left.map(({ mode }) => mode)];
      expect(modes.toSorted()).toEqual(all.toSorted());
      for (const { because } of order.tried) expect(because.length).toBeGreaterThan(0);
    }
  });

  test("what worked before is first, where it is tried at all", () => {
    for (const one of views) {
      const [first, ...others] = chooseModes(one).tried;
      if (others.some(({ value }) => value === one.remembered)) expect(first?.value).toBe(one.remembered);
    }
  });

  test("but for that, the two commands of one side stand beside each other", () => {
    for (const one of views) {
      const sides = chooseModes({ ...one, remembered: undefined }).tried.map(({ value }) => isPassive(value));
      expect(sides.filter((side, i) => i > 0 && side !== sides[i - 1]).length).toBeLessThanOrEqual(1);
    }
  });
});

test.each<[string, Partial<ModeView>, ModeCommand, string]>([
  ["the default", {}, "epsv", "clients-are-seldom-reached needs-no-address"],
  ["the second", {}, "pasv", "clients-are-seldom-reached the-other-command"],
  ["the third", {}, "port", "last-resort boxes-rewrite-port-only"],
  ["the last", {}, "eprt", "last-resort the-other-command"],
  ["preferred", { prefer: "active" }, "port", "preferred boxes-rewrite-port-only"],
  ["a side asked for", { wish: "active" }, "eprt", "asked-for the-other-command"],
  ["one asked for", { wish: "port" }, "port", "asked-for"],
  ["remembered", { remembered: "eprt" }, "eprt", "worked-before"],
  [
    "an address that nobody outside knows, in commands that nobody on the way can mend",
    { local: ip("192.168.1.2"), peer: ip("93.184.216.34"), isProtected: true },
    "port",
    "last-resort boxes-rewrite-port-only local-address-hidden-by-tls",
  ],
])("why: %s", (_name, more, mode, expected) => {
  const decision = chooseModes(view(more)).tried.find(({ value }) => value === mode);
  expect(decision?.because.join(" ")).toBe(expected);
});

test.each<[string, Partial<ModeView>, string]>([
  ["a side that was not asked for", { wish: "passive" }, "port not-asked-for, eprt not-asked-for"],
  ["a family", six, "pasv family-cannot-say-it, port family-cannot-say-it"],
  ["a proxy", { isProxied: true }, "port proxy-cannot-be-dialled, eprt proxy-cannot-be-dialled"],
  ["a refusal", refused("pasv"), "pasv refused-before"],
])("why not: %s", (_name, more, expected) => {
  expect(
    chooseModes(view(more))
      .left.map(({ mode, because }) => `${mode} ${because}`)
      .join(", "),
  ).toBe(expected);
});

test.each<[ModeCommand, ModeCommand, AttemptFailure, boolean]>([
  ["eprt", "port", "nobody-came", true],
  ["port", "eprt", "control-silent", true],
  ["eprt", "port", "server-cannot-connect", true],
  ["eprt", "port", "cannot-listen", true],
  ["eprt", "port", "command-refused", false],
  ["port", "port", "nobody-came", false],
  ["pasv", "epsv", "dial-silent", false],
  ["epsv", "port", "nobody-came", false],
  ["port", "epsv", "dial-refused", false],
])("%s knocks at the door of %s (%s): %s", (mode, failed, failure, expected) => {
  expect(isSameDoor(mode, failed, failure)).toBe(expected);
});
