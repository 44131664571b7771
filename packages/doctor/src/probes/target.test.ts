import { expect, test } from "vitest";
import { bulkFileOf, entriesOf } from "./target.ts";

const line = (name: string, size: number, kind = "-"): string =>
  `${kind}rw-r--r-- 1 a a ${size} Jan 02 2024 ${name}\r\n`;

const bulkOf = (listing: string): string | undefined => bulkFileOf(entriesOf(Buffer.from(listing)));

test.each([
  ["the one nearest to 64 KiB", line("tiny", 10) + line("fit", 70_000) + line("iso", 4_000_000_000), "fit"],
  ["a large one where there is none better", line("iso", 4_000_000_000) + line("tiny", 10), "iso"],
  ["none that fits into one packet", line("tiny", 4095), undefined],
  ["no folder", line("folder", 65_536, "d"), undefined],
  ["nothing of nothing", "", undefined],
])("the larger file is %s", (_name, listing, expected) => {
  expect(bulkOf(listing)).toBe(expected);
});
