import { expect, test } from "vitest";
import { accountsContract } from "./contract/index.ts";
import { anonymousAccounts } from "./anonymous.ts";
import { combinedAccounts } from "./combined.ts";
import { singleAccount } from "./single-account.ts";

const ann = singleAccount({ name: "ann", password: "secret" });

accountsContract({ test, create: () => ann });
accountsContract({ test, create: () => combinedAccounts(singleAccount({ name: "carl", password: "x" }), ann) });

test.each(["anonymous", "ftp", "Anonymous"])("%s comes in with any password, to read only", async (name) => {
  const verification = await anonymousAccounts().verify({ name, password: "me@example.org", peer: "192.0.2.7" });
  expect(verification).toMatchObject({ kind: "accepted", account: { name: "anonymous" } });
  expect(verification.kind === "accepted" && [...verification.account.permissions]).toEqual(["list", "read"]);
});

test("the reason that a source with the name has is kept over that of one without", async () => {
  const accounts = combinedAccounts(ann, anonymousAccounts());
  expect(await accounts.verify({ name: "ann", password: "no", peer: "192.0.2.7" })).toEqual({
    kind: "refused",
    because: "wrong-password",
  });
});
