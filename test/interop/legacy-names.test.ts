import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ObservedServer } from "../testkit/observed-server.ts";
import { lftp } from "../testkit/lftp.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import { peer } from "../testkit/peer.ts";
import { pythonFtp } from "../testkit/python-ftp.ts";
import type { Place } from "../testkit/client-matrix.ts";

let server: ObservedServer;

beforeAll(async () => {
  server = await ObservedServer.start(passiveRange(import.meta.url), { charset: "auto:gbk" });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function placeOf(mode: Place["way"]["mode"]): Place {
  const address = "127.0.0.1";
  const { user, password, home } = server;
  const verb = mode === "passive" ? "PASV" : "PORT";
  return { way: { mode, verb, address }, address, port: server.port(address), user, password, folder: "/", home };
}

// lftp asks for UTF-8 where FEAT says so; a client of the time when nobody did does not.
const gbk = ["set ftp:use-feat no", "set ftp:charset gbk", "set file:charset utf-8"];

peer("names in GBK, from lftp", ["lftp"], () => {
  it.each(["passive", "active"] as const)("go up, are listed and come down in %s mode", async (mode) => {
    const place = placeOf(mode);
    const name = `\u4e2d\u6587 ${mode}.txt`;
    const folder = `\u6587\u4ef6\u5939-${mode}`;
    writeFileSync(join(place.home, name), mode);
    const { stdout } = await lftp(
      place,
      ...gbk,
      `mkdir "${folder}"`,
      `put "${name}"`,
      `mv "${name}" "${folder}/${name}"`,
      `cls -1 "${folder}"`,
      `get "${folder}/${name}" -o "back-${mode}.txt"`,
      `cd "${folder}"`,
      "pwd",
    );
    // On the disk names are in UTF-8, whoever brought them.
    expect(readdirSync(join(server.root, folder))).toEqual([name]);
    expect(stdout).toContain(name);
    expect(readFileSync(join(place.home, `back-${mode}.txt`), "utf8")).toBe(mode);
  });

  it("a client that speaks UTF-8 sees the same names at the same time", async () => {
    mkdirSync(join(server.root, "\u5171\u4eab"));
    writeFileSync(join(server.root, "\u5171\u4eab/\u4e2d.txt"), "x");
    const place = placeOf("passive");
    const [old, modern] = await Promise.all([
      lftp(place, ...gbk, 'ls "\u5171\u4eab"'),
      lftp(place, 'cls "\u5171\u4eab"'),
    ]);
    expect(old.stdout).toContain("\u4e2d.txt");
    expect(modern.stdout).toContain("\u4e2d.txt");
  });
});

peer("names in GBK, from ftplib", ["python3"], () => {
  it("come back in GBK once one was said, also from NLST and PWD", async () => {
    const { stdout } = await pythonFtp(
      placeOf("passive"),
      `
ftp.quit()
ftp = ftplib.FTP(timeout=30, encoding="gbk")
ftp.connect(said["address"], said["port"])
ftp.login(said["user"], said["password"])
ftp.mkd("\\u6d4b\\u8bd5")
ftp.cwd("\\u6d4b\\u8bd5")
print(ascii(ftp.pwd()))
import io
ftp.storbinary("STOR \\u6570\\u636e.bin", io.BytesIO(b"x"))
print(ascii(ftp.nlst()))
print(ascii([name for name, facts in ftp.mlsd()]))
`,
    );
    expect(stdout.trim().split("\n")).toEqual([
      String.raw`'/\u6d4b\u8bd5'`,
      String.raw`['\u6570\u636e.bin']`,
      String.raw`['\u6570\u636e.bin']`,
    ]);
    expect(existsSync(join(server.root, "\u6d4b\u8bd5/\u6570\u636e.bin"))).toBe(true);
  });
});
