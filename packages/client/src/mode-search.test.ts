import { expect, test } from "vitest";
import { defaultTimeouts } from "./options.ts";
import { ModeSearch } from "./mode-search.ts";
import { paceOf } from "./pace.ts";
import type { AttemptFailure, ModeCommand, ModeOrder } from "@twinport/protocol";

const orderOf = (...modes: ModeCommand[]): ModeOrder => ({
  tried: modes.map((value) => ({ value, because: ["asked-for"] })),
  left: [],
});
const all = orderOf("epsv", "pasv", "port", "eprt");

const seen = (search: ModeSearch, order: ModeOrder = all): string => {
  const next = search.next(order);
  return next === undefined ? "none" : `${next.mode.value}${next.isLast ? " last" : ""}`;
};

test("one after the other; of two that would knock at one door the first is the last", () => {
  const search = new ModeSearch(14);
  const said: string[] = [];
  for (const failure of ["dial-silent", "dial-refused", "nobody-came"] satisfies AttemptFailure[]) {
    const next = search.next(all)!;
    said.push(seen(search));
    search.shut(next.mode.value, failure);
  }
  expect([...said, seen(search)]).toEqual(["epsv", "pasv", "port last", "none"]);
});

test("where PORT is refused as a command, EPRT is asked", () => {
  const search = new ModeSearch(14);
  search.shut("epsv", "dial-silent");
  search.shut("pasv", "dial-silent");
  search.shut("port", "command-refused");
  expect(seen(search)).toBe("eprt last");
});

test("what stood and was silent is tried once more, when all others are shut", () => {
  const search = new ModeSearch(14);
  search.shut("epsv", "no-bytes");
  search.stood("epsv");
  search.shut("pasv", "no-bytes");
  search.stood("pasv");
  search.shut("port", "nobody-came");
  expect(search.hasStood).toBe(true);
  expect([seen(search), seen(search)]).toEqual(["epsv last", "none"]);
});

test("when the time is over nothing is tried any more, until something has moved", () => {
  const search = new ModeSearch(2);
  search.spend(1.5);
  expect(search.secondsLeft).toBe(0.5);
  search.spend(1);
  expect([search.secondsLeft, seen(search)]).toEqual([0, "none"]);
  search.begin();
  expect(seen(search)).toBe("epsv");
});

test.each([
  ["the default", defaultTimeouts.search, 3],
  ["a longer one makes no step longer", 100, 3],
  ["half of it", defaultTimeouts.search / 2, 1.5],
  ["none is shorter than a tenth", 0.1, 0.3],
])("the pace of a search: %s", (_name, search, step) => {
  expect(paceOf(search).step).toBeCloseTo(step);
  expect(paceOf(search).abandon).toBeCloseTo((step * 2) / 3);
});

test("three silent doors, and the way back from each, fit into a search of the default length", () => {
  const { step, abandon, patientStep } = paceOf(defaultTimeouts.search);
  expect(step + abandon + step + abandon).toBeLessThan(defaultTimeouts.search);
  expect(step + step + patientStep).toBeLessThanOrEqual(defaultTimeouts.search);
});
