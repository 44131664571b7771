import { describe, expect, test } from "vitest";
import { accountsContract } from "./contract/index.ts";
import { anonymousAccounts } from "./anonymous.ts";
import { combinedAccounts } from "./combined.ts";
import { singleAccount } from "./single-account.ts";
import type { Accounts } from "./accounts.ts";

const ann = singleAccount({ name: "ann", password: "secret" });

accountsContract({ test, create: () => ann });
accountsContract({ test, create: () => combinedAccounts(singleAccount({ name: "carl", password: "x" }), ann) });

test.each(["anonymous", "ftp", "Anonymous"])("%s comes in with any password, to read only", async (name) => {
  const verification = await anonymousAccounts().verify({ name, password: "me@example.org", peer: "192.0.2.7" });
  expect(verification).toMatchObject({ kind: "accepted", account: { name: "anonymous", isShared: true } });
  expect(verification.kind === "accepted" && [...verification.account.permissions]).toEqual(["list", "read"]);
});

test("the reason that a source with the name has is kept over that of one without", async () => {
  const accounts = combinedAccounts(ann, anonymousAccounts());
  expect(await accounts.verify({ name: "ann", password: "no", peer: "192.0.2.7" })).toEqual({
    kind: "refused",
    because: "wrong-password",
  });
});

describe("anonymous beside others", () => {
  const outcome = async (accounts: Accounts, name: string, password = "guess"): Promise<string> => {
    const verification = await accounts.verify({ name, password, peer: "192.0.2.7" });
    return verification.kind === "accepted" ? verification.account.name : verification.because;
  };

  test.each(["before", "behind"])(
    "stands %s them, and lets in only by names that none of them knows",
    async (where) => {
      const named = singleAccount({ name: "ftp", password: "secret" });
      const accounts = where === "before" ? [anonymousAccounts(), named] : [named, anonymousAccounts()];
      const both = combinedAccounts<never>(...accounts);
      expect(await outcome(both, "ftp", "secret")).toBe("ftp");
      expect(await outcome(both, "ftp")).toBe("wrong-password");
      expect(await outcome(both, "anonymous")).toBe("anonymous");
      expect(await outcome(both, "bob")).toBe("unknown-name");
      expect(await outcome(combinedAccounts(both, ann), "FTP")).toBe("anonymous");
    },
  );

  test("costs nothing at a source that can say whom it knows", async () => {
    const asked: string[] = [];
    const costly: Accounts<never> = {
      knows: async (name) => name === "ftp",
      verify({ name }) {
        asked.push(name);
        return { kind: "refused", because: name === "ftp" ? "not-allowed" : "unknown-name" };
      },
    };
    const accounts = combinedAccounts(costly, anonymousAccounts());
    expect(await outcome(accounts, "anonymous")).toBe("anonymous");
    expect(asked).toEqual([]);
    expect(await outcome(accounts, "ftp")).toBe("not-allowed");
    expect(await outcome(accounts, "bob")).toBe("unknown-name");
    expect(asked).toEqual(["ftp", "bob"]);
  });
});
