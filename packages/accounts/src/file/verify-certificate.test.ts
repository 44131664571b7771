import fs from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ScratchFolder } from "../../../../test/testkit/scratch-folder.ts";
import { updateAccountsFile } from "./accounts-file.ts";
import { fileAccounts } from "./file-accounts.ts";
import { derive, hashPassword } from "./password-hash.ts";
import type { WrittenAccount } from "./account-schema.ts";
import type { FileAccounts } from "./file-accounts.ts";
import type { Derive } from "./password-hash.ts";

const peer = "192.0.2.7";
const now = Date.parse("2027-01-01T00:00:00Z");
let scratch: ScratchFolder;
let file: string;
let secret: string;

beforeAll(async () => {
  secret = await hashPassword("secret", { ln: 10, r: 8, p: 1 });
});
beforeEach(() => {
  scratch = new ScratchFolder();
  file = path.join(scratch.path, "accounts.json");
});
afterEach(() => scratch[Symbol.asyncDispose]());

type Keys = Omit<WrittenAccount, "password">;
const set = (name: string, keys: Keys = {}): Promise<unknown> =>
  updateAccountsFile(file, (accounts) => accounts.set(name, { password: secret, ...keys }));
const known = (own: Derive = derive): FileAccounts<never> => fileAccounts({ file, derive: own, now: () => now });

describe("a certificate", () => {
  const fingerprint = "AB".repeat(32).replace(/..(?!$)/g, "$&:");
  const shown = { fingerprint, commonName: "bob", isTrusted: true };
  const by = (certificate: object, mayMatchName = false, name = "ann") => ({
    name,
    peer,
    certificate: { ...shown, ...certificate },
    mayMatchName,
  });

  test("lets the account in that lists it, whoever has signed it", async () => {
    await set("ann", { certificates: [fingerprint.toLowerCase()], tls: "required", data_tls: "optional" });
    const accounts = known();
    expect(await accounts.verifyCertificate(by({ isTrusted: false }))).toMatchObject({
      kind: "accepted",
      account: { name: "ann", tls: "required", dataTls: "optional" },
    });
    expect(await accounts.verifyCertificate(by({ fingerprint: fingerprint.replace("AB", "AC") }))).toBeUndefined();
    expect(await accounts.verifyCertificate(by({}, false, "bob"))).toBeUndefined();
  });

  test.each<[string, object, boolean, string, boolean]>([
    ["a trusted one of that name, where names may match", {}, true, "bob", true],
    ["one of that name, where they may not", {}, false, "bob", false],
    ["one that is not trusted", { isTrusted: false }, true, "bob", false],
    ["one of another name", { commonName: "Bob" }, true, "bob", false],
    ["one of no name", { commonName: undefined }, true, "bob", false],
    ["one of a name that nobody has", { commonName: "eve" }, true, "eve", false],
  ])("lets in by its name: %s", async (_title, certificate, mayMatchName, name, isIn) => {
    await set("bob");
    const accounts = known();
    expect((await accounts.verifyCertificate(by(certificate, mayMatchName, name)))?.kind === "accepted").toBe(isIn);
  });

  test.each<[Keys, string]>([
    [{ disabled: true }, "disabled"],
    [{ expires: "2026-12-31" }, "expired"],
    [{ deny_from: ["192.0.2.0/24"] }, "address-not-allowed"],
  ])("opens nothing that a password would not open: %j", async (keys, why) => {
    await set("ann", { certificates: [fingerprint], ...keys });
    expect(await known().verifyCertificate(by({}))).toEqual({
      kind: "refused",
      because: "not-allowed",
      why,
    });
  });

  test("never makes an account anonymous, nor anonymous an account", async () => {
    const accounts = { ann: { certificates: [fingerprint] } };
    await fs.writeFile(file, JSON.stringify({ version: 1, accounts, anonymous: {} }), { mode: 0o600 });
    const withAnonymous = known();
    const verification = await withAnonymous.verifyCertificate(by({}));
    expect(verification?.kind === "accepted" && verification.account.isShared).toBeUndefined();
    expect(await withAnonymous.verifyCertificate(by({ commonName: "anonymous" }, true, "anonymous"))).toBeUndefined();
  });

  test("is the only way in where there is no password: none is right, and each takes its time", async () => {
    let derived = 0;
    const counting: Derive = (password, hash, bytes) => {
      derived++;
      return derive(password, hash, bytes);
    };
    await updateAccountsFile(file, (accounts) => {
      accounts.set("ann", { certificates: [fingerprint] });
      accounts.set("bob", { password: secret });
    });
    const withBoth = known(counting);
    const says = async (name: string, password: string): Promise<string> => {
      const verification = await withBoth.verify({ name, password, peer });
      return verification.kind === "accepted" ? "accepted" : verification.because;
    };
    for (const password of ["", "secret", "undefined", fingerprint, "undefined"]) {
      expect(await says("ann", password)).toBe("wrong-password");
    }
    expect(derived).toBe(5);
    expect(await says("bob", "secret")).toBe("accepted");
  });
});
