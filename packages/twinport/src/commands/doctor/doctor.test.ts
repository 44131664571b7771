import fs from "node:fs/promises";
import path from "node:path";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { visible } from "@twinport/protocol";
import { ScratchFolder } from "../../../../../test/testkit/scratch-folder.ts";
import { ScriptedServer } from "../../../../../test/testkit/scripted-server.ts";
import { passive } from "../../../../../test/testkit/scripted-ways.ts";
import { main } from "../../main.ts";
import type { ScriptedOptions } from "../../../../../test/testkit/scripted-server.ts";

type On = NonNullable<ScriptedOptions["on"]>;

interface Said {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
}

async function doctor(...args: string[]): Promise<Said> {
  const said = { output: "", errors: "" };
  const collect = (where: keyof typeof said): PassThrough =>
    new PassThrough().on("data", (chunk: Buffer) => (said[where] += chunk.toString()));
  const terminal = { input: new PassThrough(), output: collect("output"), errors: collect("errors") };
  const status = await main(["doctor", ...args], { ...terminal, environment: {}, now: Date.now });
  return { status, ...said };
}

async function examined(on: On, ...flags: string[]): Promise<Said> {
  await using server = await ScriptedServer.start({ files: { "/a.txt": "hello" }, on });
  return await doctor(`ftp://ann:secret-of-ann@127.0.0.1:${server.port}/`, ...flags);
}

const noActive = { PORT: "502 not here", EPRT: "502 not here" };
const noPassive = { EPSV: passive("refuses"), PASV: passive("refuses") };

test("everything works: nothing is found, and the command ends well", async () => {
  const { status, output, errors } = await examined({});
  expect([status, errors]).toEqual([0, ""]);
  expect(output).toContain("IPv4, in clear  EPSV: data moved in");
  expect(output).toContain("Found: nothing that is in the way.");
  expect(output).toMatch(/^ 3 {2}:\d+ +─+ opens the data connection ─+▶ :\d+$/m);
  expect(output).not.toContain("secret-of-ann");
});

test("nothing that a server says steers a terminal, and no line is longer than one", async () => {
  const { output } = await examined({ PORT: `500 \u001b[2J${"long ".repeat(50)}`, EPRT: "500 \u0007\u202Eno" });
  expect(output).toBe(output.split("\n").map(visible).join("\n"));
  expect(output).not.toContain("\u202E");
  expect(Math.max(...output.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(output).toContain("IPv4, in clear  further passive ports reached: ");
});

test("as JSON: the verdict, the attempts, the findings and the trace", async () => {
  const { status, output } = await examined(noActive, "--json");
  expect(status).toBe(13);
  expect(output).not.toContain("secret-of-ann");
  const { verdict, attempts, findings, trace } = JSON.parse(output);
  expect(verdict).toMatchObject({ mode: "passive", command: "epsv", works: true, sentence: expect.any(String) });
  expect(attempts).toHaveLength(4);
  expect(attempts[0]).toMatchObject({ mode: "epsv", tls: false, family: 4, outcome: "moved", ms: expect.any(Number) });
  expect(findings).toEqual([
    expect.objectContaining({
      ...{ cause: "server-refuses-mode", side: "server", confidence: expect.any(Number) },
      ...{ fix: expect.any(String), doc: "docs/reference/findings/server-refuses-mode.md" },
    }),
  ]);
  expect(trace[0]).toMatchObject({ kind: "control-connected" });
});

test("no mode moves data, in both languages, and what the server refuses is drawn too", async () => {
  const { status, output } = await examined({ ...noActive, ...noPassive });
  expect(status).toBe(6);
  expect(output).toContain("What decides it: ");
  expect(output).toMatch(/✗ never connected/);
  expect(output).toContain("active · the server refuses PORT");
  const chinese = await examined({ ...noActive, ...noPassive }, "--lang", "zh-CN");
  expect(chinese.output).toContain("如何判定：");
  expect(chinese.output).toContain("主动模式 · 服务器拒绝 PORT");
});

test("both modes go into a file as pictures", async () => {
  await using scratch = new ScratchFolder();
  const file = path.join(scratch.path, "modes.svg");
  await examined({}, "--svg", file, "--theme", "light");
  expect(await fs.readFile(file, "utf8")).toMatch(/^<svg /);
});

test("a refused login ends with its own code", async () => {
  expect((await examined({ PASS: "530 no" })).status).toBe(4);
});

test("where nobody listens no mode works", async () => {
  expect((await doctor("ftp://127.0.0.1:1/", "--json")).status).toBe(6);
});

test.each([
  [[], "a URL is missing"],
  [["http://127.0.0.1/"], "is no FTP URL"],
  [["ftp://127.0.0.1/", "--idle", "soon"], '--idle needs a number of seconds above 0, not "soon"'],
  [["ftp://127.0.0.1/", "--server"], "a URL and --server do not go together"],
])("%j is refused", async (args, sentence) => {
  expect(await doctor(...args)).toMatchObject({ status: 2, errors: expect.stringContaining(sentence) });
});
