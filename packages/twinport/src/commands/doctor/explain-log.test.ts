import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ScratchFolder } from "../../../../../test/testkit/scratch-folder.ts";
import { main } from "../../main.ts";

let scratch: ScratchFolder;
let log: string;
beforeEach(async () => {
  scratch = new ScratchFolder();
  log = join(scratch.path, "curl.log");
  await writeFile(log, curl);
});
afterEach(() => scratch[Symbol.asyncDispose]());

const curl = `* Connected to ftp.example.net (203.0.113.5) port 21 (#0)
< 220 ready
> USER ann
< 331 Password, please.
> PASS secret
< 230 Welcome.
> EPSV
* Connect data stream passively
< 229 Entering Extended Passive Mode (|||30009|)
* Connecting to 203.0.113.5 (203.0.113.5) port 30009
*   Trying 203.0.113.5:30009...
* connect to 203.0.113.5 port 30009 failed: Connection refused
`;

async function explain(input: string, ...args: string[]): Promise<{ status: number; output: string; errors: string }> {
  const said = { output: "", errors: "" };
  const collect = (where: keyof typeof said): PassThrough =>
    new PassThrough().on("data", (chunk: Buffer) => (said[where] += chunk.toString()));
  const terminal = { input: new PassThrough().end(input), output: collect("output"), errors: collect("errors") };
  const status = await main(["explain", ...args], { ...terminal, environment: {}, now: Date.now });
  return { status, ...said };
}

test("a log is told as figures, findings and a verdict, and what it cannot know", async () => {
  const { status, output, errors } = await explain("", "--log", log);
  expect([status, errors]).toEqual([0, ""]);
  expect(output).toMatch(
    /^This is a log of curl -v: 12 lines, 0 transfers came through, 1 did not\.\nWhat it cannot know: /,
  );
  expect(output).toMatch(/^ 3 {2}:\? +╌+ ✗ never connected ╌+▶ :30009$/m);
  expect(output).toContain("docs/reference/findings/out-refused.md");
  expect(output).not.toContain("secret");
  expect(output).toMatch(/\nNo mode works\. [^]*\n$/);
});

test("in Chinese, and from the standard input", async () => {
  expect((await explain(curl, "--log", "-", "--lang", "zh-CN")).output).toMatch(/^这是 curl -v 的日志：/);
});

test("as JSON, and as a picture", async () => {
  const svg = join(scratch.path, "log.svg");
  const { output } = await explain("", "--log", log, "--json", "--svg", svg);
  expect(JSON.parse(output)).toMatchObject({
    kind: "curl",
    figures: [{ mode: "passive", by: "epsv", ended: "dial-refused", brokenAt: 3 }],
    parties: [{ name: "203.0.113.5", findings: [{ cause: "out-refused", side: "undecided", port: 30_009 }] }],
  });
  expect(await readFile(svg, "utf8")).toContain(":30009");
});

test.each([
  [["--as", "word"], 2, 'there is no log "word": --as takes twinport, '],
  [["--as", "vsftpd"], 0, ""],
])("%j ends with %i", async (flags, exit, sentence) => {
  expect(await explain("", "--log", log, ...flags)).toMatchObject({
    status: exit,
    errors: expect.stringContaining(sentence),
  });
});

test("what is no log is refused, and so is what cannot be read", async () => {
  expect(await explain("Dear diary\n", "--log", "-")).toMatchObject({ status: 2 });
  expect((await explain("", "--log", join(scratch.path, "gone"))).errors).toContain("ENOENT");
});
