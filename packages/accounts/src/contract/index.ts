import assert from "node:assert/strict";
import type { Accounts } from "../accounts.ts";

/** What a test runner has to offer: `test` of vitest, of node:test, or any other that takes a title and a function. */
export type TestFunction = (title: string, run: () => Promise<void>) => unknown;

/** What {@link accountsContract} needs of a backend: accounts that know `ann` with the password `secret`. */
export interface AccountsUnderTest {
  readonly test: TestFunction;
  readonly create: () => Accounts | Promise<Accounts>;
}

/** The suite that every source of accounts with passwords passes. */
export function accountsContract({ test, create }: AccountsUnderTest): void {
  const verify = async (name: string, password: string) =>
    (await create()).verify({ name, password, peer: "192.0.2.7" });

  test("the right password lets in, and the account has the name that was given", async () => {
    const verification = await verify("ann", "secret");
    assert.equal(verification.kind, "accepted");
    assert.equal(verification.kind === "accepted" && verification.account.name, "ann");
  });

  for (const [title, name, password] of [
    ["a wrong password", "ann", "Secret"],
    ["a longer password", "ann", "secret "],
    ["no password", "ann", ""],
    ["a name nobody has", "bob", "secret"],
    ["a name in another case", "Ann", "secret"],
    ["a name that objects have", "constructor", "secret"],
    ["a name that objects inherit by", "__proto__", "secret"],
    ["no name", "", ""],
  ] as const) {
    test(`${title} is refused, as a value`, async () => {
      assert.equal((await verify(name, password)).kind, "refused");
    });
  }
}
