import { describe, expect, test, vi } from "vitest";
import { allPermissions, anonymousAccounts, combinedAccounts, singleAccount } from "@twinport/accounts";
import { memoryStorage } from "@twinport/storage";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import { ManualClock } from "../../../test/testkit/manual-clock.ts";
import type { Account, Accounts, Credentials, Verification } from "@twinport/accounts";
import type { Storage } from "@twinport/storage";
import type { WireClient } from "../../../test/testkit/wire-client.ts";
import type { LoopbackOptions } from "../../../test/testkit/loopback-server.ts";
import type { Hooks } from "./options.ts";

/** Ann and Bob, whose password is "secret", and who was asked about. */
class Asked implements Accounts<Storage> {
  readonly asked: Credentials[] = [];
  readonly #inner = combinedAccounts<Storage>(
    singleAccount({ name: "ann", password: "secret" }),
    singleAccount({ name: "bob", password: "secret" }),
  );

  verify(credentials: Credentials): Promise<Verification<Storage>> {
    this.asked.push(credentials);
    return Promise.resolve(this.#inner.verify(credentials));
  }
}

async function slowPlace(options: LoopbackOptions = {}) {
  const clock = new ManualClock();
  const accounts = new Asked();
  const limits = { loginFailures: 100, loginSeconds: 10_000, idleSeconds: 10_000, ...options.limits };
  const place = await LoopbackServer.start({ clock, accounts, ...options, limits });
  return { place, clock, accounts };
}

async function greeted(place: LoopbackServer, from?: string): Promise<WireClient> {
  const client = await place.connect(from === undefined ? {} : { from });
  await client.reply();
  return client;
}

/** USER and PASS, and the reply; time goes by until it comes. */
async function login(client: WireClient, clock: ManualClock, name: string, password: string): Promise<string> {
  await client.ask(`USER ${name}`);
  const before = clock.now();
  client.send(`PASS ${password}`);
  const answer = client.reply();
  let isThere = false;
  answer.then(
    () => (isThere = true),
    () => {},
  );
  // What needs no time comes without any.
  await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 100))]);
  await vi.waitFor(
    () => {
      if (!isThere && clock.now() - before < 60_000) clock.advance(500);
      expect(isThere).toBe(true);
    },
    { interval: 2, timeout: 5000 },
  );
  return `${(await answer).text} (${(clock.now() - before) / 1000} s)`;
}

describe("guessing passwords", () => {
  test("has to wait, then is shut out and hears it; a right password is not looked at then", async () => {
    const { place, clock, accounts } = await slowPlace({
      loginThrottle: { freeFailures: 1, banAfter: 3, firstDelay: 50 },
    });
    await using _end = place;
    const client = await greeted(place);
    expect(await login(client, clock, "ann", "a")).toBe("530 Login incorrect. (0 s)");
    expect(await login(client, clock, "ann", "b")).toMatch(/^530 Login incorrect. \((16|16.5) s\)$/);
    expect(await login(client, clock, "ann", "c")).toMatch(/^530 Login incorrect. \((16|16.5) s\)$/);
    expect(place.warned("login-banned")).toEqual([
      { code: "login-banned", peer: "127.0.0.1", name: "ann", scope: "name" },
    ]);
    const refused = place.next("login-refused");
    expect(await login(client, clock, "ann", "secret")).toMatch(/^530 Too many refused logins; try again in \d+ s\. /);
    expect(await refused).toMatchObject({ name: "ann", because: "banned" });
    expect((await client.reply()).text).toBe("421 Goodbye.");
    await client.closed;
    expect(accounts.asked).toHaveLength(3);
    // Neither another name there nor the same from elsewhere.
    await (await greeted(place)).ask("NOOP");
    const other = await greeted(place);
    expect(await login(other, clock, "bob", "secret")).toMatch(/^230 /);
    const elsewhere = await greeted(place, "127.0.0.2");
    expect(await login(elsewhere, clock, "ann", "secret")).toMatch(/^230 /);
    clock.advance(900_000);
    const later = await greeted(place);
    expect(await login(later, clock, "ann", "secret")).toMatch(/^230 /);
  });

  test("many that come at the same time are no more than one after the other", async () => {
    let open: () => void = () => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const inner = singleAccount<Storage>({ name: "ann", password: "30", permissions: allPermissions });
    const released = vi.fn<() => void>();
    const accounts: Accounts<Storage> = {
      async verify(credentials) {
        await gate;
        const verification = await inner.verify(credentials);
        return verification.kind === "accepted"
          ? { kind: "accepted", account: { ...verification.account, released } }
          : verification;
      },
    };
    const { place } = await slowPlace({ accounts });
    await using _end = place;
    const clients = await Promise.all(Array.from({ length: 40 }, () => greeted(place)));
    for (const client of clients) await client.ask("USER ann");
    for (const [i, client] of clients.entries()) client.send(`PASS ${i}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    open();
    const said = await Promise.all(clients.map(async (client) => (await client.reply()).text));
    expect(said.filter((text) => text === "530 Login incorrect.").length).toBeLessThanOrEqual(10);
    // The right one was among them, and nobody learns that.
    expect(said[30]).toBe("530 Too many refused logins; try again in 900 s.");
    expect(released).toHaveBeenCalledTimes(1);
    expect(place.warned("login-banned")).toHaveLength(1);
  });

  test("many names shut out the address, and not those who have come in from there", async () => {
    const { place, clock, accounts } = await slowPlace({ loginThrottle: { namesBeforeBan: 4 } });
    await using _end = place;
    expect(await login(await greeted(place), clock, "ann", "secret")).toMatch(/^230 /);
    for (const name of ["a", "b", "c", "d"]) await login(await greeted(place), clock, name, "x");
    expect(place.warned("login-banned")).toMatchObject([{ scope: "address" }]);
    const asked = accounts.asked.length;
    expect(await login(await greeted(place), clock, "bob", "secret")).toMatch(/^530 Too many/);
    expect(accounts.asked).toHaveLength(asked);
    expect(await login(await greeted(place), clock, "ann", "secret")).toMatch(/^230 /);
  });

  test.each(["goes without a word", "ends its side", "is cut off by the time for a login", "sees the server go"])(
    "nobody waits for a client that %s, and its password is not looked at",
    async (how) => {
      const limits = how.includes("time") ? { loginSeconds: 30 } : {};
      const { place, clock, accounts } = await slowPlace({
        loginThrottle: { freeFailures: 1, firstDelay: 60, longestDelay: 60 },
        limits,
      });
      await using _end = place;
      const client = await greeted(place);
      expect(await login(client, clock, "ann", "x")).toMatch(/^530 /);
      await client.ask("USER ann");
      client.send("PASS secret");
      const waiting = clock.pending;
      await vi.waitFor(() => expect(clock.pending).toBe(waiting + 1));
      if (how.startsWith("goes")) client.destroy();
      else if (how.startsWith("ends")) client.socket.end();
      else if (how.startsWith("is cut")) clock.advance(30_000);
      else place.server.close().catch(() => {});
      if (how.startsWith("is cut")) client.destroy();
      await place.quiet();
      expect(accounts.asked).toHaveLength(1);
      await vi.waitFor(() => expect(clock.pending).toBe(0));
    },
  );

  test("accounts that fail and hooks that refuse are no guesses", async () => {
    const clock = new ManualClock();
    const failing: Accounts<Storage> = { verify: () => Promise.reject(new Error("down")) };
    await using one = await LoopbackServer.start({ clock, accounts: failing, limits: { loginFailures: 100 } });
    await using two = await LoopbackServer.start({
      clock,
      limits: { loginFailures: 100 },
      hooks: { login: () => ({ refuse: "Not today." }) },
    });
    for (const place of [one, two]) {
      const client = await greeted(place);
      for (let i = 0; i < 30; i++) {
        expect(await client.codes("USER ann", "PASS secret")).toEqual([331, 530]);
      }
      expect(place.warned("login-banned")).toEqual([]);
    }
  });

  test("is not slowed down where that is not wanted", async () => {
    await using place = await LoopbackServer.start({ loginThrottle: false, limits: { loginFailures: 100 } });
    const client = await greeted(place);
    for (let i = 0; i < 30; i++) expect(await client.codes("USER ann", "PASS x")).toEqual([331, 530]);
    expect(await client.codes("USER ann", "PASS secret")).toEqual([331, 230]);
  });
});

describe("an account is given back once for each time it was given", () => {
  /** Accounts of which each one that is given is counted until it is given back. */
  class Lent implements Accounts<Storage> {
    readonly counts: number[] = [];
    readonly #more: Partial<Account<Storage>>;
    #gate: Promise<void> = Promise.resolve();

    constructor(more: Partial<Account<Storage>> = {}) {
      this.#more = more;
    }

    hold(): () => void {
      let open: () => void = () => {};
      this.#gate = new Promise((resolve) => (open = resolve));
      return open;
    }

    async verify({ name, password }: Credentials): Promise<Verification<Storage>> {
      await this.#gate;
      if (password !== "secret") return { kind: "refused", because: "wrong-password" };
      const mine = this.counts.push(0) - 1;
      const account = { name, permissions: allPermissions, ...this.#more, released: () => void this.counts[mine]!++ };
      return { kind: "accepted", account };
    }
  }

  test.each<[string, readonly string[], readonly number[], readonly number[]]>([
    ["at the end of the session", ["USER ann", "PASS secret"], [0], [1]],
    ["at QUIT", ["USER ann", "PASS secret", "QUIT"], [1], [1]],
    ["at REIN", ["USER ann", "PASS secret", "REIN"], [1], [1]],
    ["at REIN, once", ["USER ann", "PASS secret", "REIN", "REIN"], [1], [1]],
    ["at the next USER", ["USER ann", "PASS secret", "USER ann"], [1], [1]],
    ["when another comes in", ["USER ann", "PASS secret", "USER bob", "PASS secret"], [1, 0], [1, 1]],
    ["when another does not", ["USER ann", "PASS secret", "USER bob", "PASS x"], [1], [1]],
    ["never where nobody came in", ["USER ann", "PASS x"], [], []],
  ])("%s", async (_name, lines, during, after) => {
    const accounts = new Lent();
    await using place = await LoopbackServer.start({ accounts });
    const client = await greeted(place);
    for (const line of lines) await client.ask(line);
    if (lines.includes("QUIT")) await place.quiet();
    expect(accounts.counts).toEqual(during);
    client.destroy();
    await place.quiet();
    expect(accounts.counts).toEqual(after);
  });

  const wrapped = vi.fn<() => void>();
  test.each<[string, Hooks["login"], string]>([
    ["refuses", () => ({ refuse: "No." }), "530"],
    ["throws", () => Promise.reject(new Error("hook")), "530"],
    [
      "gives another account",
      () => ({ account: { name: "x", permissions: allPermissions, released: wrapped } }),
      "230",
    ],
    ["gives another that nobody wants back", () => ({ account: { name: "x", permissions: allPermissions } }), "230"],
    ["changes it", ({ account }) => ({ account: { ...account, name: "x" } }), "230"],
    [
      "changes it, and adds to its end",
      ({ account }) => ({
        account: {
          ...account,
          released: () => {
            account.released?.();
            wrapped();
          },
        },
      }),
      "230",
    ],
    [
      "gives it back itself, and another one",
      ({ account }) => {
        account.released?.();
        return { account: { name: "x", permissions: allPermissions } };
      },
      "230",
    ],
    ["says nothing", () => undefined, "230"],
  ])("when the hook %s", async (name, hook, code) => {
    wrapped.mockClear();
    const accounts = new Lent();
    await using place = await LoopbackServer.start({ accounts, hooks: { login: hook! } });
    const client = await greeted(place);
    await client.ask("USER ann");
    expect((await client.ask("PASS secret")).text.slice(0, 3)).toBe(code);
    client.destroy();
    await place.quiet();
    expect(accounts.counts).toEqual([1]);
    expect(wrapped).toHaveBeenCalledTimes(/another account|adds/.test(name) ? 1 : 0);
  });

  test("when there are too many sessions of the account", async () => {
    const accounts = new Lent({ limits: { sessions: 1 } });
    await using place = await LoopbackServer.start({ accounts });
    await place.client();
    const second = await greeted(place);
    expect(await second.codes("USER ann", "PASS secret")).toEqual([331, 421]);
    expect(accounts.counts).toEqual([0, 1]);
    await second.closed;
  });

  test.each<[string, Partial<Account<Storage>>]>([
    ["there is no storage", {}],
    ["its charset is not known", { charset: "klingon", storage: memoryStorage() }],
  ])("when %s, and it has no place then", async (_name, more) => {
    const accounts = new Lent({ limits: { sessions: 1 }, ...more });
    const { createServer } = await import("./server.ts");
    const { WireClient } = await import("../../../test/testkit/wire-client.ts");
    await using server = await createServer({ accounts, passive: { ports: "any" } }).listen();
    using client = await WireClient.open(server);
    await client.reply();
    expect(await client.codes("USER ann", "PASS secret", "USER ann", "PASS secret")).toEqual([331, 451, 331, 451]);
    expect(accounts.counts).toEqual([1, 1]);
  });

  test.each(["goes", "is timed out", "is drained"])("when the client %s while it is asked about", async (how) => {
    const clock = new ManualClock();
    const accounts = new Lent();
    await using place = await LoopbackServer.start({ accounts, clock, limits: { sessionsPerAccount: 1 } });
    const open = accounts.hold();
    const client = await greeted(place);
    await client.ask("USER ann");
    client.send("PASS secret");
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (how === "goes") client.socket.resetAndDestroy();
    else if (how === "is timed out") clock.advance(60_000);
    else place.server.close().catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 20));
    open();
    client.destroy();
    await place.quiet();
    expect(accounts.counts.every((count) => count === 1)).toBe(true);
    if (how !== "is drained") await place.client();
  });

  test("one that throws at it is told to the operator, and the session ends all the same", async () => {
    const error = new Error("cannot give it back");
    const released = (): never => {
      throw error;
    };
    await using place = await LoopbackServer.start({
      accounts: anonymousAccounts<Storage>({ released }),
      limits: { sessionsPerAddress: 1 },
    });
    const client = await greeted(place);
    expect(await client.codes("USER ftp", "PASS x", "REIN", "USER ftp", "PASS x")).toEqual([331, 230, 220, 331, 230]);
    client.destroy();
    await place.quiet();
    expect(place.warnings).toMatchObject([
      { code: "accounts-failed", error },
      { code: "accounts-failed", error },
    ]);
    await greeted(place);
  });
});

describe("sessions of one account", () => {
  test("are as many as it may have, and there is a place again when one leaves", async () => {
    const accounts = combinedAccounts<Storage>(
      singleAccount({ name: "ann", password: "secret", limits: { sessions: 2 } }),
      singleAccount({ name: "bob", password: "secret" }),
    );
    await using place = await LoopbackServer.start({ accounts, limits: { sessionsPerAccount: 1 } });
    const first = await place.client();
    const second = await place.client();
    const refused = place.next("login-refused");
    const third = await greeted(place);
    await third.ask("USER ann");
    expect((await third.ask("PASS secret")).text).toBe("421 Too many sessions of ann; try again later.");
    expect(await refused).toMatchObject({ name: "ann", because: "too-many-sessions" });
    await third.closed;
    expect((await (await greeted(place)).ask("USER bob")).code).toBe(331);
    expect(await first.codes("REIN")).toEqual([220]);
    const fourth = await place.client();
    second.destroy();
    await vi.waitFor(async () => {
      const again = await greeted(place);
      expect(await again.codes("USER ann", "PASS secret")).toEqual([331, 230]);
    });
    expect((await fourth.ask("NOOP")).code).toBe(200);
    // USER again frees the place for oneself too.
    expect(await fourth.codes("USER ann", "PASS secret")).toEqual([331, 230]);
  });
});
