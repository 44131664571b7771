import { expect, test } from "vitest";
import { CuttingProxy } from "../../../test/testkit/cutting-proxy.ts";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import { connectClient } from "./client.ts";
import { quirksOf } from "./quirks.ts";

const look = (welcome: string, system?: string, ...features: string[]) => ({
  welcome,
  system,
  features: new Set(features),
});

test.each([
  ["what stands everywhere", look("ready", "UNIX Type: L8", "MLST", "SIZE"), []],
  ["drftpd by its FEAT", look("ProFTPD 1.2.11 Server", undefined, "PRET", "CPSV", "SSCN"), ["drftpd"]],
  ["IBM i by its greeting", look("QTCP at as400.example.", undefined), ["ibm-i"]],
  [
    "IBM i by SYST",
    look("hello", ' OS/400 is the remote operating system. The TCP/IP version is "V7R4M0".'),
    ["ibm-i"],
  ],
  ["z/OS", look("FTPD1 IBM FTP CS V2R4 at HOST, 10:00:00.", "MVS is the operating system of this server."), ["z/os"]],
  ["VMS", look("FTP Server (Version 5.1)", "VMS OpenVMS V8.4"), ["vms"]],
  ["Windows CE, and not Windows NT", look("Service ready", "Windows_CE version 5.0"), ["windows-ce"]],
  ["vsftpd, which reads in order", look("(vsFTPd 3.0.5)"), ["vsftpd"]],
  ["Windows NT", look("Microsoft FTP Service", "Windows_NT"), []],
])("it knows %s", (_what, seen, names) => {
  expect(quirksOf(seen).names).toEqual(names);
});

/** A server that answers some commands in its own way. */
async function stage(files: Record<string, string>, answers: Record<string, string>) {
  const place = await LoopbackServer.start({ files });
  const proxy = await CuttingProxy.start(place.server.url, {
    answer: (line) => answers[line] ?? answers[line.split(" ")[0] ?? ""],
  });
  const client = await connectClient(`ftp://ann:secret@127.0.0.1:${proxy.port}/`, { memory: false });
  return {
    client,
    lines: proxy.lines,
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await proxy[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}

const feat = (...features: string[]) => ["211-Features:", ...features.map((one) => ` ${one}`), "211 End"].join("\r\n");

test("a server that wants PRET gets it before each passive port, with what the port is for", async () => {
  await using on = await stage({ "/a": "text" }, { FEAT: feat("PRET", "SIZE"), PRET: "200 ready" });
  expect(String(await on.client.readAll("a"))).toBe("text");
  await on.client.upload(Buffer.from("up"), "b c");
  expect(on.lines).toEqual(expect.arrayContaining(["PRET RETR a", "PRET STOR b c"]));
  expect(on.lines.indexOf("PRET RETR a")).toBe(on.lines.indexOf("EPSV") - 1);
});

test("a refusal of PRET that is about the file is the file's; one that does not know it stops nothing", async () => {
  await using on = await stage({ "/a": "text" }, { FEAT: feat("PRET"), PRET: "550 no such file", SIZE: "500 no" });
  await expect(on.client.readAll("a")).rejects.toMatchObject({ code: "not-found" });
  await using other = await stage({ "/a": "text" }, { FEAT: feat("PRET"), PRET: "500 what?" });
  expect(String(await other.client.readAll("a"))).toBe("text");
});

test("SYST is asked once, before the first LIST, and only then", async () => {
  await using on = await stage({ "/a": "text" }, { FEAT: feat("SIZE") });
  await on.client.size("a");
  expect(on.lines).not.toContain("SYST");
  await on.client.listAll();
  await on.client.listAll();
  expect(on.lines.filter((line) => line === "SYST")).toHaveLength(1);
  await using modern = await stage({ "/a": "text" }, {});
  await modern.client.listAll();
  expect(modern.lines).not.toContain("SYST");
});

test("an IBM i is set up when it is known, and asked no options", async () => {
  await using on = await stage(
    { "/a": "text" },
    { FEAT: "500 no", SYST: "215  OS/400 is the remote operating system.", SITE: "250 now" },
  );
  expect((await on.client.listAll()).map(({ name }) => name)).toEqual(["a"]);
  const about = on.lines.filter((line) => /^(?:SITE|LIST)/.test(line));
  expect(about).toEqual(["SITE NAMEFMT 1", "SITE LISTFMT 1", "LIST"]);
});
