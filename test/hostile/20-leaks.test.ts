// servers.md §4.2, line 20: whoever may not read a file learns nothing of it, nor of what is outside.
import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { allPermissions } from "@twinport/accounts";
import { verbs, virtualPath } from "@twinport/protocol";
import { diskStorage } from "@twinport/storage";
import { LoopbackServer } from "../testkit/loopback-server.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import type { Accounts } from "@twinport/accounts";
import type { VerbRule } from "@twinport/protocol";
import type { Storage } from "@twinport/storage";

const everybody = (more: object): Accounts<Storage> => ({
  verify: ({ name }) => ({ kind: "accepted", account: { name, permissions: allPermissions, ...more } }),
});

const rows = Object.entries(verbs as Record<string, VerbRule>);
const shapes = new Set(["path", "optional-path", "listing"]);
const byPath = rows.filter(([, { argument }]) => shapes.has(argument)).map(([verb]) => verb);

test.each(byPath)("%s answers for a hidden name as for one that nobody has", async (verb) => {
  await using place = await LoopbackServer.start({
    files: { "/hidden/x.txt": "x" },
    accounts: everybody({ hide: ["hidden"] }),
  });
  const client = await place.client();
  const said = async (name: string): Promise<string> => {
    await client.ask("RNFR /");
    await client.passive();
    const answer = await client.ask(`${verb} ${name}`);
    if (answer.code === 150) await client.reply();
    return answer.text.replaceAll(name, "NAME").replace(/FILE: .*/, "FILE");
  };
  const writes = ["STOR", "APPE", "STOU", "MKD", "RNTO"].includes(verb);
  const [hidden, missing] = [await said("/hidden/x.txt"), await said("/nowhere/x.txt")];
  // What would make something new is refused for its name, whether or not it is there.
  if (writes) expect(hidden.slice(0, 1)).toBe("5");
  else expect(hidden).toBe(missing);
});

const readers = rows.filter(([, rule]) => rule.permission === "read").map(([verb]) => verb);

test.each(readers)("%s tells nothing of a file that the account may not read", async (verb) => {
  const rules = [{ path: virtualPath("/in"), permissions: new Set(["list", "write"]) }];
  await using place = await LoopbackServer.start({ files: { "/in/x.txt": "x" }, accounts: everybody({ rules }) });
  const client = await place.client();
  await client.passive();
  const there = await client.ask(`${verb} /in/x.txt`);
  await client.passive();
  const missing = await client.ask(`${verb} /in/none.txt`);
  expect(there.code).toBe(550);
  expect(there.text).toBe(missing.text);
});

test("no reply holds a real path, whatever goes wrong on the disk", async () => {
  await using scratch = new ScratchFolder();
  fs.mkdirSync(path.join(scratch.path, "folder/below"), { recursive: true });
  fs.symlinkSync("/etc", path.join(scratch.path, "out"));
  fs.symlinkSync("loop", path.join(scratch.path, "loop"));
  using storage = diskStorage(scratch.path);
  await using place = await LoopbackServer.start({ storage });
  const client = await place.client();
  const said: string[] = [];
  for (const name of ["folder", "folder/below", "out", "out/passwd", "loop", "none/none", "/", "x".repeat(255)]) {
    for (const verb of byPath.filter((one) => one !== "RNTO")) {
      (await client.passive()).end();
      const answer = await client.ask(`${verb} ${name}`);
      said.push(answer.text);
      if (answer.code === 150) said.push((await client.reply()).text);
    }
  }
  const text = said.join("\n");
  expect(text).not.toContain(scratch.path);
  expect(text).not.toContain(path.basename(scratch.path));
  expect(text).not.toMatch(/\/proc\/self|ENOENT|EACCES|ELOOP|node:|at .*\.ts/);
}, 60_000);
