import fs from "node:fs/promises";
import path from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ScratchFolder } from "../../../../../test/testkit/scratch-folder.ts";
import { main } from "../../main.ts";
import type { Picture } from "@twinport/doctor";

let scratch: ScratchFolder;
beforeEach(() => void (scratch = new ScratchFolder()));
afterEach(() => scratch[Symbol.asyncDispose]());

async function explain(...args: string[]): Promise<{ status: number; output: string; errors: string }> {
  const said = { output: "", errors: "" };
  const collect = (where: keyof typeof said): PassThrough =>
    new PassThrough().on("data", (chunk: Buffer) => (said[where] += chunk.toString()));
  const terminal = { input: new PassThrough(), output: collect("output"), errors: collect("errors") };
  const status = await main(["explain", ...args], { ...terminal, environment: {}, now: Date.now });
  return { status, ...said };
}

test("a mode is drawn with its steps, where it breaks and what to open", async () => {
  const { status, output, errors } = await explain("active", "--firewall", "client");
  expect([status, errors]).toEqual([0, ""]);
  expect(output).toMatch(/^Active mode · firewall at the client · breaks at step 3\n/);
  expect(output).toMatch(/^ 1 {2}:1026 +─+┼─+ PORT 198,51,100,9,4,3 ─+▶ :21$/m);
  expect(output).toMatch(/^ 3 {2}:1027 +✗─+ opens the data connection ─+ :20$/m);
  expect(output).toContain("To open it: at the client's firewall");
});

test("in Chinese too", async () => {
  expect((await explain("passive", "--nat", "server", "--lang", "zh-CN")).output).toMatch(
    /^被动模式 · 服务器有 NAT · 断在第 3 步\n/,
  );
});

test("as JSON it is the picture, and the picture goes into a file", async () => {
  const file = path.join(scratch.path, "passive.svg");
  const flags = ["--port", "2121", "--passive-ports", "50000-50009", "--tls", "--helper"];
  const { output } = await explain("passive", ...flags, "--json", "--svg", file, "--theme", "dark");
  const picture = JSON.parse(output) as Picture;
  expect(picture.steps.map(({ serverPort }) => serverPort)).toEqual(["2121", "2121", "50000", "50000"]);
  const svg = await fs.readFile(file, "utf8");
  expect(svg).toMatch(/^<svg .*twinport-dark/);
  expect(svg).toContain(`<title>${picture.title}</title>`);
});

test.each([
  [[], 2, "explain what?"],
  [["active", "--log", "x"], 2, 'either "active" or --log'],
  [["425", "--nat", "client"], 2, "--nat says nothing here: it goes with active and passive"],
  [["425", "--svg", "x"], 2, "--svg says nothing here: it goes with active and passive and --log"],
  [["--log", "x", "--tls"], 2, "--tls says nothing here"],
  [["passive", "--as", "curl"], 2, "--as says nothing here: it goes with --log"],
  [["passive", "--theme", "dark"], 2, "say where to write it with --svg FILE"],
  [["active", "--port", "0"], 2, '--port needs a port from 1 to 65535, not "0"'],
  [["active", "--source-port", "20-21"], 2, "--source-port needs a port"],
  [["passive", "--passive-ports", "9-1"], 2, "--passive-ports needs ports as 30000-30099, or any"],
  [["active", "--svg", "/nowhere/at/all.svg"], 1, "cannot write /nowhere/at/all.svg: ENOENT"],
])("%j is refused", async (args, exit, sentence) => {
  expect(await explain(...args)).toMatchObject({ status: exit, errors: expect.stringContaining(sentence) });
});
