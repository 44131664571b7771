import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { allPermissions, singleAccount, permissionPhrases } from "@twinport/accounts";
import { ruleOf, verbs, virtualPath } from "@twinport/protocol";
import { StorageError, diskStorage, memoryStorage } from "@twinport/storage";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import { ScratchFolder } from "../../../test/testkit/scratch-folder.ts";
import type { Account, SingleAccount } from "@twinport/accounts";
import type { Permission, Verb } from "@twinport/protocol";
import type { MaybePromise, ModeSetter, SpaceTeller, Storage } from "@twinport/storage";
import type { WireClient } from "../../../test/testkit/wire-client.ts";
import type { LoopbackOptions } from "../../../test/testkit/loopback-server.ts";

type Rules = Readonly<Record<string, readonly Permission[]>>;

function annMay(rules: Rules, more: Partial<Account<Storage>> = {}, options: LoopbackOptions = {}) {
  const read = Object.entries(rules).map(([path, own]) => ({ path: virtualPath(path), permissions: new Set(own) }));
  const account: SingleAccount<Storage> = { name: "ann", password: "secret", rules: read, ...more };
  return LoopbackServer.start({ accounts: singleAccount(account), ...options });
}

/** All replies to a command, of which the first may be 150; what is moved, if anything, is told too. */
async function ask(client: WireClient, line: string): Promise<string> {
  const [word = "", ...rest] = line.split(" ");
  const argument = rest.join(" ");
  const channel = ruleOf(word as Verb).channel;
  if (channel === "send") {
    const { last, bytes, codes } = await client.download(argument, word);
    return codes.length === 1 ? last.text : `${last.code}: ${bytes.toString()}`;
  }
  if (channel === "receive") return (await client.upload(argument, "new", word)).last.text;
  return (await client.ask(line)).text;
}

const content = async (storage: Storage, path: string): Promise<string> => {
  const file = await storage.read(virtualPath(path));
  const bytes = new Uint8Array(file.size);
  await file.readInto(bytes, 0);
  await file.close();
  return new TextDecoder().decode(bytes);
};

/** Files in memory with everything that a storage may be able to do. */
function ableStorage(files: Readonly<Record<string, string>>): Storage {
  const inner = memoryStorage({ files });
  const able: ModeSetter & SpaceTeller = {
    setMode: (path) => void inner.stat(path),
    freeSpace: (path): MaybePromise<number> => {
      try {
        return inner.stat(path).modified;
      } catch {
        throw new StorageError("not-found", { operation: "tell-space", path });
      }
    },
  };
  const features = new Set([...inner.features, "set-mode", "free-space"]);
  return new Proxy(inner, {
    get(target, name) {
      if (name === "features") return features;
      const value = Reflect.get(name in able ? able : target, name) as unknown;
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

describe("every verb with a permission asks for it", () => {
  const lines: Readonly<Partial<Record<Verb, string>>> = {
    MFMT: "MFMT 20260101000000 /a.txt",
    MKD: "MKD /new",
    RMD: "RMD /folder",
    LIST: "LIST /",
    NLST: "NLST /",
    MLSD: "MLSD /",
    MLST: "MLST /",
    AVBL: "AVBL /",
    STOR: "STOR /new.txt",
    STOU: "STOU /new.txt",
  };
  const asking = (Object.keys(verbs) as Verb[]).filter((verb) => ruleOf(verb).permission);

  test.each(asking)("%s", async (verb) => {
    const permission = ruleOf(verb).permission!;
    const others = new Set([...allPermissions].filter((one) => one !== permission));
    // In another folder it may, so that the verb exists for it.
    const rules = { "/elsewhere": [...allPermissions] };
    const storage = ableStorage({ "/a.txt": "hello", "/folder/x/y": "" });
    await using place = await annMay(rules, { permissions: others }, { storage });
    const client = await place.client();
    if (verb === "RNTO") {
      expect((await client.ask("RNFR /a.txt")).code).toBe(550);
      return;
    }
    const line = lines[verb] ?? `${verb} /a.txt`;
    expect(await ask(client, line)).toBe(`550 This account may not ${permissionPhrases[permission]} here.`);
  });

  test.each([
    ["SITE CHMOD 644 /a.txt", "set-mode"],
    ["SITE UTIME 20260101000000 /a.txt", "set-modified"],
    ["MFF Modify=20260101000000; /a.txt", "set-modified"],
    ["MFF UNIX.mode=644; /a.txt", "set-mode"],
    ["MDTM 20260101000000 /a.txt", "set-modified"],
    ["STAT /a.txt", "list"],
    ["STAT /", "list"],
  ] as const)("%s", async (line, permission) => {
    const others = new Set([...allPermissions].filter((one) => one !== permission));
    const rules = { "/elsewhere": [...allPermissions] };
    await using place = await annMay(rules, { permissions: others }, { storage: ableStorage({ "/a.txt": "hello" }) });
    const client = await place.client();
    expect((await client.ask(line)).text).toBe(`550 This account may not ${permissionPhrases[permission]} here.`);
  });
});

describe("a drop box", () => {
  const box = (): Promise<LoopbackServer> =>
    annMay({ "/incoming": ["write"] }, {}, { files: { "/incoming/theirs.txt": "0123456789", "/incoming/sub/x": "x" } });

  test("takes what is new, under its name or one of its own", async () => {
    await using place = await box();
    const client = await place.client();
    expect((await client.upload("/incoming/mine.txt", "mine")).codes).toEqual([150, 226]);
    expect((await client.ask("CWD /incoming")).code).toBe(250);
    expect((await client.upload("", "unnamed", "STOU")).codes).toEqual([150, 226]);
    expect((await client.upload("mine.txt", "more", "STOU")).codes).toEqual([150, 226]);
    expect(await content(place.storage, "/incoming/mine.txt")).toBe("mine");
    let count = 0;
    for await (const batch of place.storage.list(virtualPath("/incoming"), "names")) count += batch.length;
    expect(count).toBe(5);
  });

  test.each("LIST NLST MLSD MLST SIZE MDTM RETR STAT RNFR DELE APPE HASH XCRC STOR CWD".split(" "))(
    "tells nothing of what is in it: %s",
    async (verb) => {
      await using place = await box();
      const client = await place.client();
      const there = await ask(client, `${verb} /incoming/theirs.txt`);
      const missing = await ask(client, `${verb} /incoming/nothing.txt`);
      expect(there).toMatch(/^550 /);
      // Only what could be made there shows, by being refused, that it is there.
      if (verb !== "STOR") expect(there.replace("theirs", "nothing")).toBe(missing);
      expect(there).not.toContain("10");
      expect(await content(place.storage, "/incoming/theirs.txt")).toBe("0123456789");
    },
  );

  test.each(["LIST", "NLST", "MLSD", "MLST", "STAT", "LIST -R", "LIST -la", "NLST -d"])(
    "is not listed: %s",
    async (line) => {
      await using place = await box();
      const client = await place.client();
      expect((await client.ask("CWD /incoming")).code).toBe(250);
      for (const path of ["/incoming", "/incoming/*", "/incoming/sub", "."]) {
        expect(await ask(client, `${line} ${path}`)).toMatch(/^550 This account may not list here/);
      }
    },
  );

  test.each([
    "LIST -R /",
    "LIST /*/theirs.txt",
    "NLST /inc*/theirs.txt",
    "LIST /*/*",
    "NLST /*/*/x",
    "STAT -R /",
    "STAT /*/*",
  ])("is not told from its outside: %s", async (line) => {
    await using place = await box();
    const client = await place.client();
    const said = await ask(client, line);
    expect(said).not.toMatch(/theirs|sub/);
  });

  test("does not tell a size by what REST makes of it", async () => {
    await using place = await box();
    const client = await place.client();
    const said = new Set<string>();
    for (const offset of [1, 9, 10, 11, 5000]) {
      await client.ask(`REST ${offset}`);
      said.add(await ask(client, "STOR /incoming/theirs.txt"));
    }
    expect([...said]).toEqual(["550 This account may not overwrite here."]);
    expect(await content(place.storage, "/incoming/theirs.txt")).toBe("0123456789");
  });

  test("its letters say what can be done: make files, and go in", async () => {
    await using place = await box();
    const client = await place.client();
    const { bytes } = await client.download("/", "MLSD");
    expect(/perm=(\w*);.* incoming\r\n/.exec(bytes.toString())?.[1]).toBe("ce");
    expect((await client.ask("MLST /")).text).toMatch(/perm=cdelmp;/);
  });
});

test("a name that STOU finds beside the one that was asked for is asked about too", async () => {
  await using scratch = new ScratchFolder();
  using storage = diskStorage(scratch.path);
  storage.makeDirectory(virtualPath("/incoming"));
  await using place = await annMay({ "/incoming": ["write"], "/": ["list"] }, {}, { storage });
  const client = await place.client();
  expect((await client.upload("/incoming", "x", "STOU")).codes).toEqual([550]);
  expect((await client.download("/", "NLST")).bytes.toString()).toBe("incoming\r\n");
});

describe("an account that may write and not replace", () => {
  const permissions = (...without: Permission[]): ReadonlySet<Permission> =>
    new Set([...allPermissions].filter((one) => !without.includes(one)));
  const files = { "/old.txt": "0123456789", "/b.txt": "b" };

  test("makes new files, and leaves those that are there", async () => {
    await using place = await annMay({}, { permissions: permissions("overwrite") }, { files });
    const client = await place.client();
    expect((await client.upload("/new.txt", "new")).codes).toEqual([150, 226]);
    expect((await client.upload("/old.txt", "new")).codes).toEqual([550]);
    expect(await client.codes("RNFR /b.txt", "RNTO /old.txt", "RNFR /b.txt", "RNTO /c.txt")).toEqual([
      350, 550, 350, 250,
    ]);
    await client.ask("REST 5");
    expect((await client.upload("/old.txt", "new")).codes).toEqual([550]);
    expect(await content(place.storage, "/old.txt")).toBe("0123456789");
    await client.ask("REST 10");
    expect((await client.upload("/old.txt", "+")).codes).toEqual([150, 226]);
    expect((await client.upload("/old.txt", "+", "APPE")).codes).toEqual([150, 226]);
    expect(await content(place.storage, "/old.txt")).toBe("0123456789++");
  });

  test("nor append", async () => {
    await using place = await annMay({}, { permissions: permissions("overwrite", "append") }, { files });
    const client = await place.client();
    for (const offset of [0, 5, 10, 11]) {
      await client.ask(`REST ${offset}`);
      expect((await client.upload("/old.txt", "new")).codes).toEqual([550]);
    }
    expect((await client.upload("/old.txt", "new", "APPE")).codes).toEqual([550]);
    expect((await client.upload("/new.txt", "new", "APPE")).codes).toEqual([550]);
    expect(await content(place.storage, "/old.txt")).toBe("0123456789");
  });

  test("nor make anything new, only append", async () => {
    await using place = await annMay({}, { permissions: permissions("overwrite", "write") }, { files });
    const client = await place.client();
    expect((await client.upload("/old.txt", "+", "APPE")).codes).toEqual([150, 226]);
    expect((await client.upload("/new.txt", "new", "APPE")).codes).toEqual([550]);
    expect((await client.upload("/new.txt", "new")).codes).toEqual([550]);
  });
});

describe("a name that is hidden", () => {
  const files = {
    "/.secret/deep/key": "k",
    "/.secret/list.txt": "x",
    "/in/a.tmp": "t",
    "/in/b.txt": "b",
    "/out/a.tmp": "o",
  };
  const hide = [".*", "/in/*.tmp"];
  const everyVerb: readonly string[] = (Object.keys(verbs) as Verb[]).filter((verb) => {
    const { argument, phase } = ruleOf(verb);
    return phase === "ready" && /path|listing/.test(argument) && !["SITE", "MFF", "RNTO"].includes(verb);
  });
  const told = (verb: string, path: string): string =>
    verb === "MFMT" ? `MFMT 20260101000000 ${path}` : `${verb} ${path}`;

  test.each(everyVerb)("is answered letter for letter like one that is missing: %s", async (verb) => {
    await using scratch = new ScratchFolder();
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(scratch.path, path)), { recursive: true });
      writeFileSync(join(scratch.path, path), text);
    }
    using disk = diskStorage(scratch.path);
    // Names that the hidden ones are compared with are as long, and in folders that are there.
    for (const [permissions, storage] of [
      [allPermissions, ableStorage(files)],
      [new Set<Permission>(["list"]), ableStorage(files)],
      [allPermissions, disk],
    ] as const) {
      await using place = await annMay({}, { hide, permissions }, { storage });
      const client = await place.client();
      for (const [hidden, missing] of [
        ["/.secret/list.txt", "/nosuch_/list.txt"],
        ["/.secret/deep", "/nosuch_/deep"],
        ["/in/a.tmp", "/in/a.not"],
        ["/IN/../in/a.tmp", "/IN/../in/a.not"],
        ["/.secret", "/nosuch_"],
      ] as const) {
        const one = await ask(client, told(verb, hidden));
        const other = await ask(client, told(verb, missing));
        // What would be made under the name cannot be, and that is said whether there is something or not.
        const makes = ["STOR", "APPE", "STOU", "MKD"].includes(verb) && permissions === allPermissions;
        if (makes) expect(one).toMatch(/^55[03] /);
        else expect(one.replaceAll(".secret", "nosuch_").replaceAll("a.tmp", "a.not")).toBe(other);
      }
    }
  });

  test.each(["STOR", "APPE", "STOU", "MKD"])("is refused alike, whether something has it or not: %s", async (verb) => {
    await using place = await annMay({}, { hide }, { files });
    const client = await place.client();
    const there = await ask(client, `${verb} /in/a.tmp`);
    expect(there).toMatch(/^553 /);
    expect(await ask(client, `${verb} /in/z.tmp`)).toBe(there.replace("a.tmp", "z.tmp"));
    expect(await content(place.storage, "/in/a.tmp")).toBe("t");
  });

  test.each([
    "LIST /",
    "LIST -la /",
    "NLST /",
    "NLST -a /in",
    "MLSD /",
    "MLSD /in",
    "LIST -R /",
    "LIST -lRt /",
    "LIST /*",
    "LIST /.*",
    "NLST /*/*",
    "NLST /in/a*",
    "LIST -S /in",
    "LIST -r /in/*",
    "STAT /",
    "STAT /.*",
    "STAT -R /",
    "NLST /.s*/*",
    "NLST /.secret/*",
  ])("is in no list: %s", async (line) => {
    await using place = await annMay({}, { hide }, { files });
    const client = await place.client();
    const said = await ask(client, line);
    expect(said).not.toMatch(/secret|key|list\.txt|deep|in\/a\.tmp/);
    if (line.endsWith("/in")) expect(said).not.toContain("a.tmp");
  });

  test("cannot be come to by another name, or given to something", async () => {
    await using place = await annMay({}, { hide }, { files });
    const client = await place.client();
    expect(
      await client.codes("RNFR /in/b.txt", "RNTO /in/b.tmp", "RNFR /in", "CWD /.secret", "CWD /in", "DELE a.tmp"),
    ).toEqual([350, 553, 550, 550, 250, 550]);
    expect((await client.ask("DELE ../out/a.tmp")).code).toBe(250);
    expect((await client.ask("CWD ../.SECRET")).code).toBe(550);
  });
});

test("what is denied is listed with no letter, and cannot be touched", async () => {
  await using place = await annMay({}, { deny: ["*.exe"] }, { files: { "/a.exe": "x", "/b.txt": "b" } });
  const client = await place.client();
  const { bytes } = await client.download("/", "MLSD");
  expect(bytes.toString()).toMatch(/perm=;[^\r]* a\.exe\r\n/);
  expect(bytes.toString()).toMatch(/perm=adfrw;[^\r]* b\.txt\r\n/);
  expect(
    await client.codes("DELE /a.exe", "RNFR /a.exe", "RNFR /b.txt", "RNTO /b.EXE", "MKD /c.exe", "SIZE /a.exe"),
  ).toEqual([550, 550, 350, 550, 550, 213]);
  expect((await client.download("/a.exe")).codes).toEqual([550]);
  expect((await client.upload("/new.exe", "x")).codes).toEqual([550]);
});

test("a folder with a rule below it stays where it is, and nothing takes its place", async () => {
  const files = { "/a/b/c.txt": "c", "/x/b/y.txt": "y", "/f.txt": "f" };
  await using place = await annMay({ "/a/b": ["list"] }, {}, { files });
  const client = await place.client();
  expect(await client.codes("RNFR /a", "RNFR /a/b", "RNFR /a/b/c.txt")).toEqual([550, 550, 550]);
  expect(
    await client.codes("RNFR /x", "RNTO /a", "RNFR /f.txt", "RNTO /a/b", "RNFR /f.txt", "RNTO /a/b/f.txt"),
  ).toEqual([350, 550, 350, 550, 350, 550]);
  expect(await client.codes("RNFR /f.txt", "RNTO /a/f.txt", "RNFR /x", "RNTO /z")).toEqual([350, 250, 350, 250]);
});

test("the letters of MLSx are those of the path", async () => {
  const rules: Rules = { "/r": ["list", "read"], "/w": ["list", "write"], "/a": ["list", "append", "delete"] };
  const files = { "/r/f": "1", "/w/f": "1", "/a/f": "1", "/a/d/g": "1", "/f": "1" };
  await using place = await annMay(rules, {}, { files });
  const client = await place.client();
  const letters = async (path: string): Promise<string | undefined> =>
    /perm=(\w*);/.exec((await client.ask(`MLST ${path}`)).text)?.[1];
  const said: Record<string, string | undefined> = {};
  for (const path of ["/f", "/r/f", "/w/f", "/a/f", "/r", "/w", "/a/d"]) said[path] = await letters(path);
  expect(said).toEqual({
    "/f": "adfrw",
    "/r/f": "r",
    "/w/f": "",
    "/a/f": "ad",
    "/r": "el",
    "/w": "cel",
    "/a/d": "delp",
  });
});
