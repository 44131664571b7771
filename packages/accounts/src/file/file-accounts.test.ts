import fs from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ScratchFolder } from "../../../../test/testkit/scratch-folder.ts";
import { accountsContract } from "../contract/index.ts";
import { updateAccountsFile } from "./accounts-file.ts";
import { fileAccounts } from "./file-accounts.ts";
import { derive, hashPassword } from "./password-hash.ts";
import type { WrittenAccount } from "./account-schema.ts";
import type { FileAccountsOptions, LentPlace } from "./file-accounts.ts";
import type { Derive } from "./password-hash.ts";
import type { Verification } from "../accounts.ts";

const cheap = { ln: 10, r: 8, p: 1 };
const peer = "192.0.2.7";
let scratch: ScratchFolder;
let file: string;
let secret: string;

beforeAll(async () => {
  secret = await hashPassword("secret", cheap);
});
beforeEach(() => {
  scratch = new ScratchFolder();
  file = path.join(scratch.path, "accounts.json");
});
afterEach(() => scratch[Symbol.asyncDispose]());

type Keys = Omit<WrittenAccount, "password">;
const set = (name: string, keys: Partial<WrittenAccount> = {}): Promise<unknown> =>
  updateAccountsFile(file, (accounts) => accounts.set(name, { password: secret, ...keys }));

/** Accounts of the file, with a clock that is turned by hand, and all that they tell. */
function watched<Place = never>(options: Partial<FileAccountsOptions<Place>> = {}) {
  const told: string[] = [];
  const clock = { now: Date.parse("2027-01-01T00:00:00Z") };
  const accounts = fileAccounts<Place>({
    file,
    onProblem: (problem) => told.push(problem.code),
    onReload: (count) => told.push(`reloaded ${count}`),
    now: () => clock.now,
    ...options,
  });
  const verify = (name: string, password = "secret", from = peer): Promise<Verification<Place>> | Verification<Place> =>
    accounts.verify({ name, password, peer: from });
  const says = async (...credentials: Parameters<typeof verify>): Promise<string> => {
    const verification = await verify(...credentials);
    return verification.kind === "accepted" ? "accepted" : (verification.why ?? verification.because);
  };
  return { accounts, told, clock, verify, says, later: () => (clock.now += 1000) };
}

describe("the contract", () => {
  const contractScratch = new ScratchFolder();
  const contractFile = path.join(contractScratch.path, "accounts.json");
  beforeAll(async () => {
    const ann = { password: await hashPassword("secret", cheap) };
    await updateAccountsFile(contractFile, (accounts) => accounts.set("ann", ann));
  });
  afterAll(() => contractScratch[Symbol.asyncDispose]());
  accountsContract({ test, create: () => fileAccounts({ file: contractFile }) });
});

test("an account has what the file says", async () => {
  await set("ann", { permissions: "read-only", rules: { "/in": ["write"] }, home: "/in", charset: "gbk", sessions: 2 });
  const { verify } = watched();
  expect(await verify("ann")).toEqual({
    kind: "accepted",
    account: {
      name: "ann",
      permissions: new Set(["list", "read"]),
      rules: [{ path: "/in", permissions: new Set(["write"]) }],
      hide: [],
      deny: [],
      home: "/in",
      charset: "gbk",
      mayUseOtherHosts: false,
      limits: { sessions: 2 },
    },
  });
});

test.each<[string, Keys, string, string]>([
  ["is disabled", { disabled: true }, peer, "disabled"],
  ["has expired", { expires: "2026-12-31" }, peer, "expired"],
  ["expires at this moment", { expires: "2027-01-01T00:00:00Z" }, peer, "expired"],
  ["expires today", { expires: "2027-01-01" }, peer, "accepted"],
  ["expires in a second", { expires: "2027-01-01T02:00:01+02:00" }, peer, "accepted"],
  ["comes from an allowed network", { allow_from: ["192.0.2.0/24"] }, peer, "accepted"],
  ["comes from it as IPv6 writes IPv4", { allow_from: ["192.0.2.0/24"] }, "::ffff:192.0.2.7", "accepted"],
  ["comes from another network", { allow_from: ["198.51.100.0/24"] }, peer, "address-not-allowed"],
  ["comes from a denied network", { deny_from: ["192.0.2.0/24"] }, peer, "address-not-allowed"],
  ["comes from a denied part", { allow_from: ["0.0.0.0/0"], deny_from: [peer] }, peer, "address-not-allowed"],
  ["comes from IPv6 where IPv4 is allowed", { allow_from: ["0.0.0.0/0"] }, "2001:db8::1", "address-not-allowed"],
  ["comes from what is no address", { deny_from: ["192.0.2.0/24"] }, "somewhere", "address-not-allowed"],
])("an account that %s", async (_title, keys, from, outcome) => {
  await set("ann", keys);
  const { says } = watched();
  expect(await says("ann", "secret", from)).toBe(outcome);
  expect(await says("ann", "wrong", from)).toBe("wrong-password");
});

test("whoever is refused has cost one derivation, of the same parameters, whatever the reason", async () => {
  const costs: string[] = [];
  const counting: Derive = (password, hash, bytes) => {
    costs.push(`ln=${hash.ln},r=${hash.r},p=${hash.p},salt=${hash.salt.length},bytes=${bytes}`);
    return derive(password, hash, bytes);
  };
  await set("ann");
  await set("off", { disabled: true });
  await set("old", { expires: "2020-01-01" });
  await set("far", { allow_from: ["198.51.100.0/24"] });
  const { says } = watched({ derive: counting });
  const attempts: [string, string, string][] = [
    ["nobody", "secret", "unknown-name"],
    ["constructor", "secret", "unknown-name"],
    ["", "", "unknown-name"],
    ["ann", "wrong", "wrong-password"],
    ["off", "wrong", "wrong-password"],
    ["old", "wrong", "wrong-password"],
    ["far", "wrong", "wrong-password"],
    ["off", "secret", "disabled"],
    ["old", "secret", "expired"],
    ["far", "secret", "address-not-allowed"],
  ];
  for (const [i, [name, password, because]] of attempts.entries()) {
    expect(await says(name, password)).toBe(because);
    expect(costs).toHaveLength(i + 1);
  }
  expect(new Set(costs)).toEqual(new Set(["ln=10,r=8,p=1,salt=16,bytes=32"]));
});

test("who is not awaited any more when its turn comes is refused, and costs nothing", async () => {
  let derivations = 0;
  const counting: Derive = (password, hash, bytes) => {
    derivations++;
    return derive(password, hash, bytes);
  };
  await set("ann");
  const { accounts } = watched({ derive: counting });
  const credentials = { name: "ann", password: "secret", peer };
  expect(await accounts.verify({ ...credentials, isAwaited: () => false })).toEqual({
    kind: "refused",
    because: "not-awaited",
  });
  expect(derivations).toBe(0);
  expect(await accounts.verify({ ...credentials, isAwaited: () => true })).toMatchObject({ kind: "accepted" });
});

test("a name that nobody has costs what the accounts of the file cost, and the same each time", async () => {
  const seen: number[] = [];
  const cheapest: Derive = async (_password, hash, bytes) => {
    seen.push(hash.ln);
    return new Uint8Array(bytes);
  };
  await set("ann", { password: await hashPassword("secret", { ln: 11, r: 8, p: 1 }) });
  await set("bob", { password: await hashPassword("secret", { ln: 12, r: 8, p: 1 }) });
  const { says } = watched({ derive: cheapest });
  const names = Array.from({ length: 40 }, (_, i) => `nobody${i}`);
  for (const name of [...names, ...names]) await says(name);
  expect(seen.slice(0, 40)).toEqual(seen.slice(40));
  expect(new Set(seen)).toEqual(new Set([11, 12]));
});

describe("anonymous", () => {
  const withAnonymous = (anonymous: object): Promise<void> =>
    fs.writeFile(file, JSON.stringify({ version: 1, accounts: { ann: { password: secret } }, anonymous }), {
      mode: 0o600,
    });

  test.each(["anonymous", "ftp", "FTP"])("%s comes in with any password, to read", async (name) => {
    await withAnonymous({});
    const { verify, says } = watched();
    expect(await verify(name, "me@example.org")).toMatchObject({
      kind: "accepted",
      account: { name: "anonymous", permissions: new Set(["list", "read"]), isShared: true },
    });
    expect(await says("ann")).toBe("accepted");
  });

  test("can be disabled, and kept to networks", async () => {
    await withAnonymous({ disabled: true });
    expect(await watched().says("ftp")).toBe("disabled");
    await withAnonymous({ allow_from: ["198.51.100.0/24"] });
    expect(await watched().says("ftp")).toBe("address-not-allowed");
  });

  test("is known under its names, as accounts are under theirs", async () => {
    await withAnonymous({});
    const { accounts } = watched();
    expect(await Promise.all(["ann", "FTP", "bob", "Ann"].map((name) => accounts.knows(name)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    await fs.writeFile(file, JSON.stringify({ version: 1, accounts: { ftp: { password: secret } } }), { mode: 0o600 });
    const without = watched().accounts;
    expect([await without.knows("ftp"), await without.knows("anonymous")]).toEqual([true, false]);
  });

  test("is nobody where the file does not have it", async () => {
    await set("ann");
    expect(await watched().says("anonymous")).toBe("unknown-name");
  });
});

describe("the file is read again", () => {
  test("when it has changed, and a second has passed; a changed password holds at once then", async () => {
    await set("ann");
    const { says, told, later } = watched();
    expect(await says("ann")).toBe("accepted");
    await set("ann", { password: await hashPassword("new", cheap) });
    await set("bob");
    expect(await says("bob")).toBe("unknown-name");
    later();
    expect(await says("ann")).toBe("wrong-password");
    expect(await says("ann", "new")).toBe("accepted");
    expect(await says("bob")).toBe("accepted");
    await updateAccountsFile(file, (accounts) => accounts.delete("bob"));
    later();
    expect(await says("bob")).toBe("unknown-name");
    later();
    await says("bob");
    expect(told).toEqual(["reloaded 2", "reloaded 1"]);
  });

  test("and a version that is broken leaves the last good one, and is told once", async () => {
    await set("ann");
    const { says, told, later } = watched();
    await says("ann");
    await fs.writeFile(file, '{"version":1,"accounts":{"ann":{}}}', { mode: 0o600 });
    for (let i = 0; i < 3; i++) {
      later();
      expect(await says("ann")).toBe("accepted");
    }
    expect(told).toEqual(["key-missing"]);
    await fs.writeFile(file, "", { mode: 0o600 });
    later();
    expect(await says("ann")).toBe("accepted");
    expect(told).toEqual(["key-missing", "file-not-json"]);
    await fs.rm(file);
    await set("ann", { disabled: true });
    later();
    expect(await says("ann")).toBe("disabled");
    expect(told).toEqual(["key-missing", "file-not-json", "reloaded 1"]);
  });

  test("and one that is gone leaves the last good one, and is told once each time it goes", async () => {
    await set("ann");
    const { says, told, later } = watched();
    await says("ann");
    const text = await fs.readFile(file);
    for (const round of [1, 2]) {
      await fs.rm(file);
      for (let i = 0; i < 3; i++) {
        later();
        expect(await says("ann")).toBe("accepted");
      }
      await fs.writeFile(file, text, { mode: 0o600 });
      later();
      expect(await says("ann")).toBe("accepted");
      expect(told.filter((one) => one === "file-not-there")).toHaveLength(round);
    }
  });

  test("once by many logins at the same time, and also when the clock was set back", async () => {
    await set("ann");
    const { says, told, clock } = watched();
    await says("ann");
    await set("bob");
    clock.now -= 3_600_000;
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => says("bob")));
    expect(new Set(outcomes)).toEqual(new Set(["accepted"]));
    expect(told).toEqual(["reloaded 2"]);
  });
});

test("a file that cannot be used at the beginning lets nobody in and says why, until it can", async () => {
  const { accounts, says, later } = watched();
  await expect(accounts.load()).rejects.toThrow("there is no such accounts file");
  await expect(says("ann")).rejects.toThrow("there is no such accounts file");
  await fs.writeFile(file, '{"version":1,"accounts":{},"extra":1}');
  await expect(says("ann")).rejects.toThrow("extra is not a key that is known");
  await fs.rm(file);
  await set("ann");
  later();
  expect(await says("ann")).toBe("accepted");
  expect(await accounts.load()).toBe(1);
});

test("a file that others can read is told of when it is read", async () => {
  await set("ann");
  await fs.chmod(file, 0o644);
  const { accounts, told } = watched();
  await accounts.load();
  expect(told).toEqual(["file-open-to-others"]);
});

describe("the place of an account", () => {
  const lend = (storage: string, released?: () => void): LentPlace<string> => ({
    storage,
    ...(released && { released }),
  });

  test("is asked for at each login that is accepted, and told when it is released", async () => {
    await set("ann", { root: "/srv/ann" });
    let released = 0;
    const asked: string[] = [];
    const { verify, says } = watched<string>({
      place: (record) => {
        asked.push(record.root ?? "");
        return lend(`disk of ${record.name}`, () => released++);
      },
    });
    await says("ann", "wrong");
    expect(asked).toEqual([]);
    for (const count of [1, 2]) {
      const verification = await verify("ann");
      if (verification.kind !== "accepted") throw new Error("refused");
      expect(verification.account.storage).toBe("disk of ann");
      verification.account.released?.();
      expect(released).toBe(count);
    }
    expect(asked).toEqual(["/srv/ann", "/srv/ann"]);
  });

  test("that cannot be made makes the login fail, as an error", async () => {
    await set("ann");
    const { says } = watched<string>({
      place: () => {
        throw new Error("no such folder");
      },
    });
    await expect(says("ann")).rejects.toThrow("no such folder");
  });

  test("may be the server's", async () => {
    await set("ann");
    const verification = await watched<string>({ place: () => undefined }).verify("ann");
    expect(verification).toMatchObject({ kind: "accepted" });
    expect(verification.kind === "accepted" && "storage" in verification.account).toBe(false);
  });
});
