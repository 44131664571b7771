import { expect, test } from "vitest";
import { singleAccount } from "@twinport/accounts";
import { StorageError, memoryStorage } from "@twinport/storage";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import type { Storage } from "@twinport/storage";

const files = { "/d/a.txt": "hello" };

test.each(["LIST", "LIST -la", "NLST", "MLSD", "MLST", "LIST d", "MLSD d", "STAT d", "SIZE d/a.txt"])(
  "an account that may not list hears so for %s, also where no path is written",
  async (line) => {
    const permissions = new Set(["read"] as const);
    const accounts = singleAccount<Storage>({ name: "ann", password: "secret", permissions });
    await using place = await LoopbackServer.start({ files, accounts });
    const client = await place.client();
    await client.ask("TYPE I");
    await client.offered();
    expect((await client.ask(line)).text).toBe("550 This account may not list here.");
    expect((await client.ask("STAT")).code).toBe(211);
  },
);

test.each(["LIST d", "NLST d", "LIST d/*.txt", "MDTM 20200101000000 d"])(
  "a storage that fails has not said that nothing is there: %s is 451",
  async (line) => {
    const storage = memoryStorage({ files });
    const broken = Object.assign(Object.create(storage) as Storage, {
      features: storage.features,
      stat(path: string) {
        throw new StorageError("io-failed", { operation: "stat", path });
      },
    });
    await using place = await LoopbackServer.start({ storage: broken });
    const client = await place.client();
    await client.offered();
    expect((await client.ask(line)).code).toBe(451);
  },
);

test("the name that STOU tells is the one that a hook has chosen", async () => {
  await using place = await LoopbackServer.start({ files, hooks: { transfer: () => ({ path: "/d/chosen" }) } });
  const client = await place.client();
  const data = await client.passive();
  client.send("STOU mine");
  expect((await client.reply()).text).toBe("150 FILE: chosen");
  data.end("x");
  expect((await client.reply()).code).toBe(226);
});

test("a client that goes without a word while its file is being opened gets no transfer", async () => {
  let open = (): void => {};
  const asked = new Promise<void>((resolve) => (open = resolve));
  let isAsked = false;
  const transfer = async (): Promise<undefined> => {
    isAsked = true;
    await asked;
  };
  await using place = await LoopbackServer.start({ files, hooks: { transfer } });
  const client = await place.client();
  const data = await client.passive();
  const finished = place.next("transfer-finished");
  client.send("RETR d/a.txt");
  await expect.poll(() => isAsked).toBe(true);
  const other = await place.client();
  client.socket.end();
  // Another's question is answered after the end was noticed.
  await other.ask("NOOP");
  open();
  expect(await finished).toMatchObject({ outcome: "failed", code: "control-lost", bytes: 0 });
  expect(await data.over()).toBe("reset");
  expect(data.received).toBe(0);
});
