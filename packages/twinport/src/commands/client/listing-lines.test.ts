import { expect, test } from "vitest";
import { listingLines } from "./listing-lines.ts";

test("columns stand one below the other; a time of no known zone is marked", () => {
  const at = Date.parse("2026-03-04T05:06:07Z");
  expect(
    listingLines([
      { name: "a.txt", kind: "file", size: 12_345, modified: { at, precision: "second", zone: "utc" }, raw: "" },
      { name: "sub", kind: "directory", modified: { at, precision: "minute", zone: "server" }, raw: "" },
      { name: "link", kind: "link", target: "a.txt", raw: "" },
      { name: "x\u001b[2J", kind: "unknown", raw: "" },
    ]),
  ).toEqual([
    "- 12345  2026-03-04 05:06:07  a.txt",
    "d        2026-03-04 05:06?    sub/",
    "l                             link -> a.txt",
    "?                             x?[2J",
  ]);
  expect(listingLines([])).toEqual([]);
});
