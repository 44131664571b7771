// servers.md §4.2, line 7: however a path is written, it names something below the root, the same for everybody who asks.
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Access, allPermissions } from "@twinport/accounts";
import { resolvePath, ROOT, virtualPath } from "@twinport/protocol";
import { diskStorage } from "@twinport/storage";
import { LoopbackServer } from "../testkit/loopback-server.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";

let scratch: ScratchFolder;
let top: string;
let root: string;
beforeEach(() => {
  scratch = new ScratchFolder();
  top = scratch.path;
  root = path.join(top, "root");
  fs.mkdirSync(root);
  fs.writeFileSync(path.join(top, "secret.txt"), "secret");
  fs.writeFileSync(path.join(root, "own.txt"), "own");
});
afterEach(async () => {
  expect(fs.readdirSync(top).toSorted()).toEqual(["root", "secret.txt"]);
  expect(fs.readFileSync(path.join(top, "secret.txt"), "utf8")).toBe("secret");
  await scratch[Symbol.asyncDispose]();
});

const escapes = [
  "../secret.txt",
  "/../secret.txt",
  "/..//../secret.txt",
  "a/../../secret.txt",
  "./.././../secret.txt",
  "..\\secret.txt",
  "\\..\\secret.txt",
  "C:\\secret.txt",
  "C:/secret.txt",
  "..%2fsecret.txt",
  "%2e%2e/secret.txt",
  ".. /secret.txt",
  "..;/secret.txt",
  "....//secret.txt",
  "~/secret.txt",
  "~root/secret.txt",
  "$HOME/../secret.txt",
  "/proc/self/root/etc/passwd",
  "/dev/stdin",
  "file:///etc/passwd",
];

test.each(escapes)("%s does not lead out of the root, for any verb", async (written) => {
  using storage = diskStorage(root);
  await using place = await LoopbackServer.start({ storage });
  const client = await place.client();
  expect((await client.ask(`SIZE ${written}`)).code).toBe(550);
  expect((await client.download(written)).codes).toEqual([550]);
  expect((await client.ask(`RNFR ${written}`)).code).toBe(550);
  expect((await client.ask(`DELE ${written}`)).code).toBe(550);
  await client.codes("RNFR own.txt", `RNTO ${written}`);
  await client.upload(written, "x");
  await client.codes(`MKD ${written}x`, `RMD ${written}x`);
});

test.each([
  ["NUL", "own.txt\0.jpg"],
  ["a line end", "own.txt\rDELE own.txt"],
])("a name with %s is refused and does nothing", async (_name, written) => {
  using storage = diskStorage(root);
  await using place = await LoopbackServer.start({ storage });
  const client = await place.client();
  expect([501, 553]).toContain((await client.ask(`DELE ${written}`)).code);
  expect(fs.existsSync(path.join(root, "own.txt"))).toBe(true);
});

test.each([
  ["overlong UTF-8 for ..", [0xc0, 0xae, 0xc0, 0xae, 0x2f]],
  ["overlong UTF-8 for a slash", [0x2e, 0x2e, 0xc0, 0xaf]],
  ["half a surrogate", [0xed, 0xa0, 0x80]],
])("%s is no text, and no path", async (_name, bytes) => {
  using storage = diskStorage(root);
  await using place = await LoopbackServer.start({ storage });
  const client = await place.client();
  client.socket.write(Buffer.concat([Buffer.from("RETR "), Buffer.from(bytes), Buffer.from("secret.txt\r\n")]));
  expect((await client.reply()).code).toBe(501);
});

test.each([
  ["a name of 256 bytes", "n".repeat(256)],
  ["a path deeper than 256 folders", "d/".repeat(300)],
  ["a path longer than 4096 bytes", `${"n".repeat(200)}/`.repeat(30)],
])("%s is refused before storage sees it", (_name, written) => {
  expect(resolvePath(ROOT, written).kind).toBe("refused");
});

test("the same rule holds for a folder however its name is written", async () => {
  const rules = [{ path: virtualPath("/private"), permissions: new Set<never>() }];
  const files = { "/private/a.txt": "private" };
  await using place = await LoopbackServer.start({
    files,
    accounts: { verify: () => ({ kind: "accepted", account: { name: "ann", permissions: allPermissions, rules } }) },
  });
  const client = await place.client();
  for (const written of ["private/a.txt", "/./private//a.txt", "x/../private/a.txt", "../../private/./a.txt"]) {
    expect((await client.download(written)).codes).toEqual([550]);
  }
  await client.ask("CWD private");
  expect((await client.download("a.txt")).codes).toEqual([550]);
});

test("where storage takes letters of another case for the same, so do permissions", () => {
  const rules = [{ path: virtualPath("/Private"), permissions: new Set<never>() }];
  const access = new Access({ permissions: allPermissions, rules }, "folded");
  for (const written of ["/private/x", "/PRIVATE/x", "/Private/x"]) {
    expect(access.decide("read", virtualPath(written)).allowed).toBe(false);
  }
  const accented = [{ path: virtualPath("/caf\u00e9"), permissions: new Set<never>() }];
  const composed = new Access({ permissions: allPermissions, rules: accented }, "folded");
  expect(composed.decide("read", virtualPath("/cafe\u0301/x")).allowed).toBe(false);
});
