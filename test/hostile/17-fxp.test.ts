// servers.md §4.2, line 17: data goes to other hosts only for accounts that may, and comes from them only to those.
import { expect, test } from "vitest";
import { singleAccount } from "@twinport/accounts";
import { LoopbackServer } from "../testkit/loopback-server.ts";

const fxp = { accounts: singleAccount<never>({ name: "ann", password: "secret", mayUseOtherHosts: true }) };

test("without FXP the data connection of another host is not taken, with it it is", async () => {
  for (const [options, codes] of [
    [{}, [150, 426]],
    [fxp, [150, 226]],
  ] as const) {
    await using place = await LoopbackServer.start({ ...options, limits: { offerSeconds: 0.3 } });
    const client = await place.client();
    const port = await client.offered();
    const other = await client.connectTo(port, "127.0.0.8");
    other.end("from another host");
    client.send("STOR x");
    const first = await client.reply();
    if (codes[1] === 226) expect([first.code, (await client.reply()).code]).toEqual(codes);
    else expect(first.code).toBe(425);
  }
});

test("two servers move a file between them for a client whose account may", async () => {
  await using from = await LoopbackServer.start({ ...fxp, files: { "/a.txt": "across" } });
  await using to = await LoopbackServer.start(fxp);
  const source = await from.client();
  const target = await to.client();
  const port = await target.offered();
  expect((await source.ask(`EPRT |1|127.0.0.1|${port}|`)).code).toBe(200);
  target.send("STOR b.txt");
  source.send("RETR a.txt");
  expect([(await source.reply()).code, (await source.reply()).code]).toEqual([150, 226]);
  expect([(await target.reply()).code, (await target.reply()).code]).toEqual([150, 226]);
  expect((await target.download("b.txt")).bytes.toString()).toBe("across");
});
