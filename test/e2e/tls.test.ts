import { mkdirSync, writeFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { InstalledTwinport } from "../testkit/installed-twinport.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import { runProgram } from "../testkit/run-program.ts";
import type { RunningTwinport } from "../testkit/installed-twinport.ts";

const scratch = new ScratchFolder();
const root = path.join(scratch.path, "root");
const tls = path.join(scratch.path, "tls");
const cert = path.join(tls, "twinport-cert.pem");
const pair = ["--tls-cert", cert, "--tls-key", path.join(tls, "twinport-key.pem")];
const passivePorts = ["--passive-ports", "31700-31749"];
let twinport: InstalledTwinport;

beforeAll(async () => {
  mkdirSync(root);
  writeFileSync(path.join(root, "hello.txt"), "hello\n");
  const installation = path.join(scratch.path, "installation");
  mkdirSync(installation);
  twinport = await InstalledTwinport.in(installation);
  expect(await twinport.run(["cert", "--out", tls])).toMatchObject({ status: 0, stderr: "" });
}, 180_000);

afterAll(() => scratch[Symbol.asyncDispose]());

function serve(...flags: string[]): RunningTwinport {
  return twinport.start(["serve", root, ...passivePorts, ...pair, ...flags]);
}

/** Runs the line that the greeting says, as a shell does. */
async function tried(running: RunningTwinport, file: string): Promise<string> {
  const [, line = ""] = await running.says(/try +(curl .*)\n/);
  return (await runProgram("sh", ["-c", `${line}${file} --silent --show-error`], { home: scratch.path })).stdout;
}

test("the line to try works, over TLS, where it is asked for and where it begins by itself", async () => {
  {
    await using explicit = serve("--listen", "127.0.0.1:0");
    expect(await tried(explicit, "hello.txt")).toBe("hello\n");
  }
  await using implicit = serve("--listen-tls", "127.0.0.1:0");
  await implicit.says(/TLS +from the first byte at ftps:\/\/127\.0\.0\.1:\d+\//);
  expect(await tried(implicit, "hello.txt")).toBe("hello\n");
});

test("our client believes the certificate by its file and by its pin", async () => {
  await using running = serve("--listen", "127.0.0.1:0", "--tls", "required", "--user", "ann", "--password", "secret");
  const { port } = await running.place();
  const [, fingerprint = ""] = await running.says(/SHA-256 +(\S+)/);
  const url = `ftpes://ann:secret@127.0.0.1:${port}/hello.txt`;
  for (const trust of [
    ["--ca", cert],
    ["--pin", fingerprint],
  ]) {
    expect(await twinport.run(["cat", ...trust, url])).toMatchObject({ status: 0, stdout: "hello\n" });
  }
  expect(await twinport.run(["cat", url])).toMatchObject({ status: 5 });
  expect(await twinport.run(["cat", "--tls", "off", url.replace("ftpes:", "ftp:")])).toMatchObject({ status: 4 });
});

test("a renewed certificate is shown when SIGHUP says so, with no restart", async () => {
  await using running = serve("--listen", "127.0.0.1:0", "--user", "ann", "--password", "secret");
  const { port } = await running.place();
  const next = path.join(scratch.path, "next");
  const [, fingerprint = ""] = /SHA-256 +(\S+)/.exec((await twinport.run(["cert", "--out", next])).stdout) ?? [];
  await cp(next, tls, { recursive: true });
  running.child.kill("SIGHUP");
  await running.says(new RegExp(`a new certificate is in use for localhost.*${fingerprint}`));
  const url = `ftpes://ann:secret@127.0.0.1:${port}/hello.txt`;
  expect(await twinport.run(["cat", "--pin", fingerprint, url])).toMatchObject({ status: 0, stdout: "hello\n" });
});

test("TLS without a certificate is no wish that can be met, and a file that is none is named", async () => {
  expect(await twinport.run(["serve", root, "--tls", "required"])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("twinport cert makes one to try with"),
  });
  const none = ["--tls-cert", path.join(root, "hello.txt")];
  expect(await twinport.run(["serve", root, ...none, "--listen", "127.0.0.1:0"])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("hello.txt: there is no certificate in PEM in it"),
  });
});
