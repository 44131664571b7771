import { PassThrough } from "node:stream";
import { displayWidth } from "@twinport/protocol";
import { expect, test } from "vitest";
import { ProgressLine, formatProgress } from "./progress-line.ts";
import { clientEn } from "../../messages/client-en.ts";

const words = clientEn.progress;
const half = { name: "a.iso", bytes: 5_242_880, total: 10_485_760, rate: 1_048_576, eta: 5 };

test("a line has name, share, bar, bytes, rate and what is left", () => {
  expect(formatProgress(half, 100, words)).toMatch(
    /^a\.iso +50 % {2}\[={10} {10}\] {5}5\.0 MiB {5}1\.0 MiB\/s {2}0:05 left$/,
  );
});

test("without a total there is neither share nor bar", () => {
  const line = formatProgress({ ...half, total: undefined, eta: undefined }, 100, words);
  expect(line).toContain("5.0 MiB");
  expect(line).not.toMatch(/[%[]/);
});

test.each([20, 40, 60, 80, 200])("it never is longer than a terminal of %d columns", (columns) => {
  for (const name of ["a", "很长很长很长很长很长很长很长很长很长的名字.iso", "x".repeat(300)]) {
    expect(displayWidth(formatProgress({ ...half, name }, columns, words))).toBeLessThan(columns);
  }
});

test("a name cannot steer the terminal", () => {
  expect(formatProgress({ ...half, name: "a\u001b[2Jb" }, 100, words)).not.toContain("\u001b");
});

test("it is drawn over itself, and taken away once", () => {
  const output = new PassThrough();
  const line = new ProgressLine(output, words);
  line.clear();
  line.draw(half);
  line.clear();
  line.clear();
  // Node 26 gives one write at a time, Node 20 all of them.
  const chunks: Buffer[] = [];
  for (let chunk = output.read() as Buffer | null; chunk; chunk = output.read() as Buffer | null) chunks.push(chunk);
  const written = Buffer.concat(chunks).toString();
  const drawn = written.replaceAll("\u001b[K", "(clear)");
  expect(drawn).toMatch(/^\ra\.iso.*\(clear\)\r\(clear\)$/);
});
