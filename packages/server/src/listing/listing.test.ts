import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { StorageError, diskStorage, memoryStorage } from "@twinport/storage";
import { virtualPath } from "@twinport/protocol";
import { LoopbackServer } from "../../../../test/testkit/loopback-server.ts";
import { ScratchFolder } from "../../../../test/testkit/scratch-folder.ts";
import type { Storage } from "@twinport/storage";
import type { WireClient } from "../../../../test/testkit/wire-client.ts";

const files = {
  "/in/a.txt": "aaa",
  "/in/b c.txt": "b",
  "/in/.dot": "dd",
  "/in/deep/er/x.txt": "x",
  "/in/deep/y.txt": "yy",
  "/in/-la": "dash",
  "/in/[x].txt": "",
  "/ab/b1/1.txt": "",
  "/ab/b2/2.txt": "",
  "/ab/bb2/3.txt": "",
  "/ac/b1/4.txt": "",
  "/ac/b1/.5.txt": "",
};

async function listed(client: WireClient, line: string): Promise<string[]> {
  const [verb = "", ...rest] = line.split(" ");
  const { codes, last, bytes } = await client.download(rest.join(" "), verb);
  if (codes.length === 1) return [last.text];
  expect(last.code).toBe(226);
  const lines = bytes.toString().split("\r\n");
  expect(lines.pop()).toBe("");
  return lines;
}

/** Names out of lines of LIST. */
const namesIn = (lines: readonly string[]): string[] =>
  lines.map((line) => /^[-dl][-rwx]{9}.*? \d\d:\d\d (.*)$/.exec(line)?.[1] ?? line);

describe("LIST and NLST take the options of ls", () => {
  const inFolder = ["a.txt", "b c.txt", ".dot", "deep", "-la", "[x].txt"];
  const tree = ["in:", ...inFolder, "", "in/deep:", "er", "y.txt", "", "in/deep/er:", "x.txt"];

  test.each<[string, readonly string[]]>([
    ["in", inFolder],
    ["/in/", inFolder],
    ["-l in", inFolder],
    ["-A in", inFolder],
    ["-1 in", inFolder],
    ["-1A in", inFolder],
    ["-hnF in", inFolder],
    ["-a in", [".", "..", ...inFolder]],
    ["-la in", [".", "..", ...inFolder]],
    ["-l -a in", [".", "..", ...inFolder]],
    ["-d in", ["in"]],
    ["-ld /in/", ["/in/"]],
    ["-dR in", ["in"]],
    ["-S in", ["-la", "a.txt", ".dot", "b c.txt", "[x].txt", "deep"]],
    ["-Sr in", ["deep", "[x].txt", "b c.txt", ".dot", "a.txt", "-la"]],
    ["-r in", ["deep", "b c.txt", "a.txt", "[x].txt", ".dot", "-la"]],
    ["-R in", tree],
    ["-R in/", tree],
    ["-lR in", tree],
    ["-R /in", tree.map((line) => line.replace(/^in/, "/in"))],
    ["-la in/b c.txt", ["in/b c.txt"]],
    ["in/b c.txt", ["in/b c.txt"]],
    ["-l  in/b c.txt", ["in/b c.txt"]],
    ["-- in/-la", ["in/-la"]],
    ["in/*.txt", ["in/a.txt", "in/b c.txt", "in/[x].txt"]],
    ["-l in/* c.txt", ["in/b c.txt"]],
    ["-R in/d*", ["in/deep"]],
    ["in/[x].txt", ["in/[x].txt"]],
    ["in/[[]x].txt", ["in/[x].txt"]],
    ["/a*/b?/*.txt", ["/ab/b1/1.txt", "/ab/b2/2.txt", "/ac/b1/4.txt"]],
    ["a*/b?/*.txt", ["ab/b1/1.txt", "ab/b2/2.txt", "ac/b1/4.txt"]],
    ["-r a*/b?/*.txt", ["ac/b1/4.txt", "ab/b2/2.txt", "ab/b1/1.txt"]],
    ["in/../a*/b1", ["in/../ab/b1", "in/../ac/b1"]],
    ["a*/b1/.*", ["ac/b1/.5.txt"]],
    ["a*/b1/nothing", []],
    ["*/nothing/*", []],
    ["a*/../in/d*", ["a*/../in/deep"]],
  ])("%s", async (argument, names) => {
    await using place = await LoopbackServer.start({ files });
    const client = await place.client();
    const short = argument.replaceAll(/^-\w+/g, (letters) => letters.replace("l", "A")).replace(/^-A -/, "-");
    expect(await listed(client, `NLST ${short}`)).toEqual(names);
    const longs = await listed(client, `LIST ${argument}`);
    expect(namesIn(longs)).toEqual(names);
    if (argument.startsWith("-1")) expect(longs).toEqual(names);
    else if (names[0] === "a.txt") expect(longs[0]).toMatch(/^-rw/);
    const { code, lines } = await client.ask(`STAT ${argument}`);
    expect([212, 213]).toContain(code);
    expect(namesIn(lines.slice(1, -1).map((line) => line.slice(1)))).toEqual(names);
  });

  test("NLST with -l is long, LIST with -1 is not", async () => {
    await using place = await LoopbackServer.start({ files });
    const client = await place.client();
    expect((await listed(client, "NLST -l in"))[0]).toMatch(/^-rw/);
    expect((await listed(client, "LIST -1 in"))[0]).toBe("a.txt");
    expect((await listed(client, "LIST -1l in"))[0]).toMatch(/^-rw/);
  });

  test("letters that ls does not have are a name", async () => {
    await using place = await LoopbackServer.start({ files: { "/-z": "x" } });
    const client = await place.client();
    expect(await listed(client, "NLST -z")).toEqual(["-z"]);
    expect(await listed(client, "NLST -y")).toEqual(["550 Nothing is there."]);
  });

  test.each(["LIST", "NLST", "MLSD", "MLST", "STAT", "LIST -R", "LIST -la", "NLST -d", "STAT -l"])(
    "what is missing is 550, not an empty list: %s",
    async (line) => {
      await using place = await LoopbackServer.start({ files });
      const client = await place.client();
      for (const path of ["nowhere", "nowhere/deeper", "in/a.txt/x"]) {
        expect((await listed(client, `${line} ${path}`))[0]).toMatch(/^550 /);
      }
    },
  );
});

test("the newest first: LIST -t, and -tr the oldest", async () => {
  await using scratch = new ScratchFolder();
  for (const [i, name] of ["b", "c", "a"].entries()) {
    writeFileSync(join(scratch.path, name), "");
    utimesSync(join(scratch.path, name), 1_700_000_000, 1_700_000_000 + i * 100);
  }
  using storage = diskStorage(scratch.path);
  await using place = await LoopbackServer.start({ storage });
  const client = await place.client();
  expect(await listed(client, "NLST -t")).toEqual(["a", "c", "b"]);
  expect(await listed(client, "NLST -tr")).toEqual(["b", "c", "a"]);
  expect(await listed(client, "NLST -t *")).toEqual(["a", "c", "b"]);
});

test("LIST -R goes into no link, and comes to an end", async () => {
  await using scratch = new ScratchFolder();
  mkdirSync(join(scratch.path, "a/b"), { recursive: true });
  writeFileSync(join(scratch.path, "a/b/f"), "");
  symlinkSync("..", join(scratch.path, "a/b/up"));
  symlinkSync(".", join(scratch.path, "self"));
  symlinkSync("a", join(scratch.path, "to-a"));
  using storage = diskStorage(scratch.path);
  await using place = await LoopbackServer.start({ storage });
  const client = await place.client();
  for (const line of ["NLST -R", "NLST -aR", "NLST -tR"]) {
    const lines = await listed(client, line);
    expect(lines.filter((one) => one.endsWith(":")).sort()).toEqual(["./a/b:", "./a:", ".:"]);
  }
  // A link that is asked for is gone into.
  expect(await listed(client, "NLST -R to-a")).toEqual(["to-a:", "b", "", "to-a/b:", "up", "f"]);
});

test("a deep tree and a wide one are listed whole", async () => {
  const deep = `/${Array.from({ length: 250 }, (_, i) => `d${i}`).join("/")}`;
  const wide = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`/w${i}/f`, ""]));
  await using place = await LoopbackServer.start({ files: { [`${deep}/f`]: "", ...wide } });
  const client = await place.client();
  const lines = await listed(client, "NLST -R");
  expect(lines.filter((line) => line.endsWith(":"))).toHaveLength(3251);
  expect(lines).toContain(`.${deep}:`);
});

test("a pattern that fits too many folders is refused, and no list that seems whole", async () => {
  const many = Object.fromEntries(Array.from({ length: 10_050 }, (_, i) => [`/d${i}/f`, ""]));
  await using place = await LoopbackServer.start({ files: many });
  const client = await place.client();
  const data = await client.passive();
  expect((await client.ask("NLST /*/*")).code).toBe(150);
  await data.over().catch(() => {});
  expect((await client.reply()).text).toBe("451 The pattern fits too many folders.");
  data.destroy();
  expect((await client.ask("STAT /*/nothing*")).code).toBe(451);
  expect(await listed(client, "NLST /d1234*/f")).toEqual(["/d1234/f"]);
});

test.each([["io-failed"], ["too-many-open"]] as const)(
  "a tree in which the storage fails is not taken for the whole: %s",
  async (code) => {
    const inner = memoryStorage({ files });
    const storage: Storage = new Proxy(inner, {
      get(target, name) {
        if (name === "list") {
          return (path: string) => {
            if (path === "/in/deep") throw new StorageError(code, { operation: "list", path });
            return target.list(virtualPath(path));
          };
        }
        const value = Reflect.get(target, name) as unknown;
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    await using place = await LoopbackServer.start({ storage });
    const client = await place.client();
    const data = await client.passive();
    expect((await client.ask("LIST -R")).code).toBe(150);
    expect((await client.reply()).code).toBe(451);
    data.destroy();
  },
);

const nasty = ["a\rb", "a\nb", "a\r\n226 done", "a\u001b[2J", "a\tb", "a\u007f", "a\u0085b", "a\u009bc", "\u0001"];

test("control bytes in names reach no list and no reply", async () => {
  await using scratch = new ScratchFolder();
  for (const name of nasty) mkdirSync(join(scratch.path, name));
  for (const name of nasty) writeFileSync(join(scratch.path, name, "f"), "");
  using storage = diskStorage(scratch.path);
  await using place = await LoopbackServer.start({ storage });
  const client = await place.client();
  const isClean = (text: string): void => {
    // eslint-disable-next-line no-control-regex -- finding control characters is the purpose
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  };
  for (const line of ["LIST", "NLST", "LIST -a", "LIST -R", "NLST -R", "NLST *", "NLST */f", "LIST -t", "MLSD"]) {
    const lines = await listed(client, line);
    expect(lines.length).toBeGreaterThanOrEqual(nasty.length);
    isClean(lines.join("\n"));
  }
  for (const line of ["STAT", "STAT .", "STAT *", "STAT -R ."]) isClean((await client.ask(line)).text);
  for (const name of nasty.filter((one) => !/[\r\n]/.test(one))) {
    for (const line of [
      `CWD /${name}`,
      "PWD",
      `MLST /${name}`,
      `MKD /new${name}`,
      `STAT /${name}`,
      `SIZE /${name}`,
      `RETR /${name}`,
    ]) {
      isClean((await client.ask(line)).text);
    }
  }
});
