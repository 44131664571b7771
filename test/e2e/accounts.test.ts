import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { InstalledTwinport } from "../testkit/installed-twinport.ts";
import { RawClient } from "../testkit/raw-client.ts";
import { runProgram } from "../testkit/run-program.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import type { RunningTwinport } from "../testkit/installed-twinport.ts";

const scratch = new ScratchFolder();
const inScratch = (...names: string[]): string => path.join(scratch.path, ...names);
let twinport: InstalledTwinport;
let files = 0;

beforeAll(async () => {
  mkdirSync(inScratch("served"));
  mkdirSync(inScratch("installation"));
  twinport = await InstalledTwinport.in(inScratch("installation"));
}, 180_000);

afterAll(() => scratch[Symbol.asyncDispose]());

/** Runs `twinport account …`, with what its standard input says. */
async function account(file: string, args: readonly string[], stdin = ""): Promise<string> {
  const { stdout } = await runProgram(twinport.command, ["account", ...args, "--file", file], {
    home: scratch.path,
    stdin,
  });
  return stdout;
}

const newFile = (): string => inScratch(`accounts-${++files}.json`);

function newRoot(name: string, ...folders: string[]): string {
  const root = inScratch(name);
  mkdirSync(root);
  for (const folder of folders) mkdirSync(path.join(root, folder));
  return root;
}

function serve(file: string, ...flags: string[]): RunningTwinport {
  const somewhere = ["--listen", "127.0.0.1:0", "--passive-ports", "31700-31749"];
  return twinport.start(["serve", inScratch("served"), ...somewhere, "--accounts", file, ...flags]);
}

async function connect(running: RunningTwinport): Promise<RawClient> {
  return RawClient.connect(await running.place());
}

/** Uploads, and gives the code that ends it; undefined where there was not even a 150. */
async function upload(client: RawClient, command: string, bytes: number): Promise<number> {
  const data = await client.transfer("passive", command);
  data.on("error", () => {});
  data.end(Buffer.alloc(bytes));
  return (await client.reply()).code;
}

test("an account is added, logs in with curl, gets another password while the server runs, and is removed", async () => {
  const file = newFile();
  const root = newRoot("ann");
  expect(await account(file, ["add", "ann", "--root", root], "first secret\n")).toContain('added "ann"');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await using running = serve(file);
  await running.says(/login +1 account of /);
  const { address, port } = await running.place();
  const curl = (password: string, ...args: string[]): Promise<{ stdout: string }> =>
    runProgram("curl", ["--silent", "--show-error", "--user", `ann:${password}`, ...args], { home: scratch.path });
  const url = `ftp://${address}:${port}/`;
  writeFileSync(inScratch("up.txt"), "from curl");
  await curl("first secret", "--upload-file", inScratch("up.txt"), `${url}up.txt`);
  expect(readFileSync(path.join(root, "up.txt"), "utf8")).toBe("from curl");

  await account(file, ["passwd", "ann"], "second secret\n");
  await expect
    .poll(() => curl("second secret", `${url}up.txt`).catch(() => undefined), { timeout: 10_000 })
    .toBeTruthy();
  await expect(curl("first secret", `${url}up.txt`)).rejects.toThrow("curl");
  await running.says(/has changed: it has 1 account now/);

  await account(file, ["remove", "ann"]);
  await expect
    .poll(
      () =>
        curl("second secret", `${url}up.txt`).then(
          () => "in",
          () => "refused",
        ),
      { timeout: 10_000 },
    )
    .toBe("refused");
  expect(readdirSync(root)).toEqual(["up.txt"]);
});

test("twenty that add an account at the same time lose none", async () => {
  const file = newFile();
  const names = Array.from({ length: 20 }, (_, i) => `user${i}`);
  await Promise.all(names.map((name) => account(file, ["add", name], `the secret of ${name}\n`)));
  const listed = JSON.parse(await account(file, ["list", "--json"])) as { name: string }[];
  expect(listed.map(({ name }) => name).sort()).toEqual(names.sort());
  expect(readdirSync(scratch.path).filter((name) => name.includes(path.basename(file)))).toEqual([path.basename(file)]);
});

test("a quota that is used up answers 552, and what is removed can be used again", async () => {
  const file = newFile();
  await account(file, ["add", "ann", "--root", newRoot("limited"), "--quota-bytes", "1K"], "long enough\n");
  await using running = serve(file);
  using client = await (await connect(running)).login({ user: "ann", password: "long enough" });
  expect(await upload(client, "STOR a", 1000)).toBe(226);
  expect(await upload(client, "STOR b", 100)).toBe(552);
  await client.ask("DELE a", 250);
  expect(await upload(client, "STOR b", 1024)).toBe(226);
});

test("--anonymous lets in by the names that the file does not have, and never past a password", async () => {
  const file = newFile();
  await account(file, ["add", "ftp", "--root", newRoot("of-ftp")], "long enough\n");
  await using running = serve(file, "--anonymous");
  const says = async (user: string, password: string): Promise<number> => {
    using client = await connect(running);
    await client.ask(`USER ${user}`, 331);
    client.control.write(`PASS ${password}\r\n`);
    return (await client.reply()).code;
  };
  expect(await says("anonymous", "me@example.org")).toBe(230);
  expect(await says("ftp", "me@example.org")).toBe(530);
  expect(await says("ftp", "long enough")).toBe(230);
});

test("a drop box takes new files, and shows, gives back and replaces nothing", async () => {
  const file = newFile();
  const root = newRoot("pub", "incoming");
  writeFileSync(path.join(root, "hello.txt"), "hello\n");
  writeFileSync(
    file,
    JSON.stringify({ version: 1, accounts: {}, anonymous: { root, rules: { "/incoming": ["write"] } } }),
    { mode: 0o600 },
  );
  await using running = serve(file);
  using client = await (await connect(running)).login({ user: "anonymous", password: "me@example.org" });
  expect(await upload(client, "STOR /incoming/mine", 10)).toBe(226);
  await client.ask("EPSV", 229);
  for (const refused of ["RETR", "SIZE", "MDTM", "DELE", "MLST", "RNFR"])
    await client.ask(`${refused} /incoming/mine`, 550);
  await client.ask("LIST /incoming", 550);
  await client.ask("EPSV", 229);
  await client.ask("STOR /incoming/mine", 550);
  await client.ask("APPE /incoming/mine", 550);
  await client.ask("MKD /incoming/folder", 550);
  await client.ask("STOR /elsewhere", 550);
  await client.ask("SIZE /hello.txt", 213);
  expect(statSync(path.join(root, "incoming/mine")).size).toBe(10);
});

test("an account sees its mounts and its home, and not what is hidden", async () => {
  const file = newFile();
  const root = newRoot("mounting", "work");
  const docs = newRoot("docs");
  writeFileSync(path.join(docs, "a.txt"), "a");
  writeFileSync(path.join(root, ".secret"), "s");
  const args = ["--root", root, "--home", "/work", "--mount", `/docs=${docs}:ro`, "--hide", ".*"];
  await account(file, ["add", "ann", ...args], "long enough\n");
  await using running = serve(file, "--umask", "027", "--uploads", "atomic", "--sync", "file");
  using client = await (await connect(running)).login({ user: "ann", password: "long enough" });
  expect((await client.ask("PWD", 257)).lines.join()).toContain('"/work"');
  await client.ask("TYPE I", 200);
  await client.ask("SIZE /docs/a.txt", 213);
  await client.ask("DELE /docs/a.txt", 550);
  await client.ask("SIZE /.secret", 550);
  expect(await upload(client, "STOR here", 5)).toBe(226);
  expect(statSync(path.join(root, "work/here")).mode & 0o777).toBe(0o640);
});

test("--user and the file's accounts come in together; a broken file keeps the last good one, with a warning", async () => {
  const file = newFile();
  await account(file, ["add", "ann"], "long enough\n");
  await using running = serve(file, "--user", "bob", "--password", "other");
  for (const login of [
    { user: "ann", password: "long enough" },
    { user: "bob", password: "other" },
  ]) {
    using client = await (await connect(running)).login(login);
    await client.ask("PWD", 257);
  }
  writeFileSync(file, '{"version":1,"accounts":{"ann":{"password":"long enough"}}}');
  await expect
    .poll(async () => {
      using client = await (await connect(running)).login({ user: "ann", password: "long enough" });
      await client.ask("PWD", 257);
      return await running.says(/password of the account "ann" must be a hash.*; the accounts stay as they were/);
    })
    .toBeTruthy();
});

test.each([
  ["is not there", undefined, "there is no such accounts file"],
  ["is broken", '{"version":1,"accounts":{"ann":{}}}', 'password of the account "ann" is missing'],
])("a file that %s keeps the server from starting", async (_title, text, sentence) => {
  const file = newFile();
  if (text !== undefined) writeFileSync(file, text);
  const { status, stderr } = await twinport.run(["serve", inScratch("served"), "--accounts", file]);
  expect(stderr).toContain(`${file}: ${sentence}`);
  expect(status).toBe(2);
});

test("a root that is not there is said to the operator, and the client is told to come again", async () => {
  const file = newFile();
  await account(file, ["add", "ann", "--root", inScratch("nowhere")], "long enough\n");
  await using running = serve(file);
  using client = await connect(running);
  await client.ask("USER ann", 331);
  await client.ask("PASS long enough", 530);
  await running.says(/a login could not be decided: cannot serve \S*nowhere: there is no such folder/);
});

test("account check answers with its exit code", async () => {
  const file = newFile();
  await account(file, ["add", "ann", "--read-only"], "long enough\n");
  const check = (...question: string[]) => twinport.run(["account", "check", "--file", file, ...question]);
  expect(await check("ann", "RETR", "/a")).toMatchObject({ status: 0, stdout: expect.stringMatching(/^yes: /) });
  expect(await check("ann", "STOR", "/a")).toMatchObject({ status: 1, stdout: expect.stringMatching(/^no: /) });
  expect(await check("ann", "SUDO", "/a")).toMatchObject({ status: 2, stdout: "" });
});
