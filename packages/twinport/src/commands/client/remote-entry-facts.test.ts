import { expect, test } from "vitest";
import { entryFacts, formatTime, isoTime } from "./remote-entry-facts.ts";
import type { RemoteTime } from "@twinport/protocol";

const at = Date.parse("2026-03-04T05:06:07.089Z");

test.each<[RemoteTime, string, string]>([
  [{ at, precision: "millisecond", zone: "utc" }, "2026-03-04T05:06:07.089Z", "2026-03-04 05:06:07"],
  [{ at, precision: "second", zone: "utc" }, "2026-03-04T05:06:07Z", "2026-03-04 05:06:07"],
  [{ at, precision: "minute", zone: "server" }, "2026-03-04T05:06:07", "2026-03-04 05:06"],
  [{ at, precision: "day", zone: "server" }, "2026-03-04T05:06:07", "2026-03-04"],
])("%j", (time, iso, forPeople) => {
  expect(isoTime(time)).toBe(iso);
  expect(formatTime(time)).toBe(forPeople);
});

test("what is not known is null, and what a listing seldom has is absent", () => {
  expect(entryFacts({ name: "a", kind: "file", raw: "" })).toEqual({
    name: "a",
    kind: "file",
    size: null,
    modified: null,
  });
  expect(entryFacts({ name: "a", kind: "link", target: "b", mode: 0o644, raw: "" })).toMatchObject({
    target: "b",
    mode: "0644",
  });
});
