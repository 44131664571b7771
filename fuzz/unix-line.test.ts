// The invariant: an entry is one line that is read as that entry, whatever its name, its owner and its time.
import fc from "fast-check";
import { expect } from "vitest";
import { formatUnixLine, parseUnixLine, visible } from "../packages/protocol/src/index.ts";
import { anyEntry } from "./entries.ts";
import { textOf } from "./pieces.ts";
import { fuzz } from "./target.ts";

const now = fc.integer({ min: 0, max: 4e12 });
const line = textOf(
  "-rw-r--r-- ",
  "drwxr-sr-x+",
  "lrwxrwxrwx",
  "1 a b 3 Jan  1  2026 x",
  " 1",
  "12:30",
  "Jan  1",
  "2026",
  " ",
  "total 3",
  " -> ",
);

fuzz({
  "what we write": fc.property(anyEntry, now, (entry, at) => {
    const written = formatUnixLine(entry, at);
    // eslint-disable-next-line no-control-regex -- finding control characters is the purpose
    expect(written).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    const read = parseUnixLine(written);
    expect(read).toMatchObject({
      name: visible(entry.name),
      kind: entry.kind === "other" ? "file" : entry.kind,
      size: entry.size,
    });
    if (entry.mode !== undefined) expect(read!.mode).toBe(entry.mode & 0o777);
  }),
  "any line": fc.property(line, (text) => {
    const read = parseUnixLine(text);
    if (!read) return;
    expect(text.endsWith(read.name)).toBe(true);
    expect(read.mode & ~0o777).toBe(0);
    expect(read.size).toBeGreaterThanOrEqual(0);
  }),
});
