import { readFileSync } from "node:fs";
import path from "node:path";
import { PassThrough } from "node:stream";
import process from "node:process";
import { text } from "node:stream/consumers";
import { afterEach, beforeAll, expect, test } from "vitest";
import { displayWidth } from "../../packages/protocol/src/display-width.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import { main } from "../../packages/twinport/src/main.ts";
import type { Figure } from "../../packages/protocol/src/figure.ts";

/** Runs the command in this process, so that whatever it leaves open is seen here. */
async function tour(...flags: string[]): Promise<{ code: number; output: string }> {
  const [output, errors] = [new PassThrough(), new PassThrough()];
  const said = text(output);
  const terminal = { input: new PassThrough(), output, errors, environment: { LANG: "C" }, now: Date.now };
  const code = await main(["tour", ...flags], terminal);
  output.end();
  return { code, output: await said };
}

// Packages are loaded, and here translated, once.
beforeAll(() => tour());

// What is closed is gone a turn later.
afterEach(async () => {
  await expect.poll(() => process.getActiveResourcesInfo()).not.toContain("TCPServerWrap");
});

test("it draws a transfer in each mode, within two seconds", async () => {
  const began = performance.now();
  const { code, output } = await tour();
  expect(performance.now() - began).toBeLessThan(2000);
  expect(code).toBe(0);
  const lines = output.split("\n");
  const arrows = lines.filter((line) => /^ [1-4] {2}:\d+ .*[─╌].* :\d+$/.test(line));
  expect(arrows).toHaveLength(8);
  // Active: the server knocks. Passive: the client does.
  expect(arrows[2]).toMatch(/^ 3 .*◀/);
  expect(arrows[6]).toMatch(/^ 3 .*▶/);
  expect(output).toContain("twinport doctor ftp://");
});

test.each(["en", "zh-CN"])("no line of it is wider than a hundred columns (%s)", async (language) => {
  const { output } = await tour("--lang", language);
  expect(Math.max(...output.split("\n").map(displayWidth))).toBeLessThanOrEqual(100);
});

test("with --svg both figures are in one picture, with the same words", async () => {
  await using scratch = new ScratchFolder();
  const file = path.join(scratch.path, "tour.svg");
  const { code } = await tour("--svg", file);
  expect(code).toBe(0);
  const picture = readFileSync(file, "utf8");
  expect(picture).toMatch(/^<svg /);
  expect(picture).toContain("active: the server knocks");
  expect(picture).toContain("passive: the client knocks");
});

test("with --json the figures are data: the ports on the arrows are those that were told", async () => {
  const { code, output } = await tour("--json");
  expect(code).toBe(0);
  const { figures } = JSON.parse(output) as { figures: Figure[] };
  const [active, passive] = figures;
  expect(figures.map(({ mode, outcome, bytes }) => [mode, outcome, bytes > 0])).toEqual([
    ["active", "complete", true],
    ["passive", "complete", true],
  ]);
  const told = (line = ""): number => {
    const [high = 0, low = 0] = (/(\d+),(\d+)\D*$/.exec(line) ?? []).slice(1).map(Number);
    return high * 256 + low;
  };
  expect(active?.steps[2].clientPort).toBe(told(active?.steps[0].line));
  expect(active?.steps[2].from).toBe("server");
  expect(passive?.steps[2].serverPort).toBe(told(passive?.steps[1].line));
  expect(passive?.steps[2].from).toBe("client");
});
