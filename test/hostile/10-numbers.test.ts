// servers.md §4.2, line 10: a number that is none, or too large, is refused, and never becomes another one.
import { expect, test } from "vitest";
import { LoopbackServer } from "../testkit/loopback-server.ts";

const files = { "/a.txt": "0123456789" };
const wrong = ["-1", "+1", "1.5", "1e3", "0x10", "", "NaN", "Infinity", "9007199254740993", "1".repeat(30), "１"];

test.each(wrong)("REST %s is refused, and the next transfer begins at its beginning", async (number) => {
  await using place = await LoopbackServer.start({ files });
  const client = await place.client();
  expect((await client.ask(`REST ${number}`)).code).toBe(501);
  expect((await client.download("a.txt")).bytes.toString()).toBe("0123456789");
});

test.each(wrong.filter((one) => one !== "" && one !== "9007199254740993" && one.length < 20))(
  "ALLO %s is refused",
  async (number) => {
    await using place = await LoopbackServer.start({ files });
    expect((await (await place.client()).ask(`ALLO ${number}`)).code).toBe(501);
  },
);

test.each([
  ["PORT 127,0,0,1,256,0"],
  ["PORT 127,0,0,1,-1,80"],
  ["PORT 127,0,0,1,65536,80"],
  ["PORT 127,0,0,1,1.5,80"],
  ["PORT 127,0,0,4294967297,195,80"],
  ["PORT 127,0,0,1,195"],
  ["PORT 127,0,0,1,195,80,1"],
  ["EPRT |1|127.0.0.1|65536|"],
  ["EPRT |1|127.0.0.1|-1|"],
  ["EPRT |1|127.0.0.1|50000.5|"],
  ["EPRT |1|127.0.0.1|4294967297|"],
  ["EPRT |1|2130706433|50000|"],
  ["EPRT |1|127.1|50000|"],
])("%s is no address", async (command) => {
  await using place = await LoopbackServer.start({ files });
  expect((await (await place.client()).ask(command)).code).toBe(501);
});

test("an offset behind the end sends nothing and makes nothing up", async () => {
  await using place = await LoopbackServer.start({ files });
  const client = await place.client();
  await client.ask("REST 9007199254740991");
  expect((await client.download("a.txt")).codes).toEqual([554]);
  await client.ask("REST 11");
  expect((await client.upload("a.txt", "x")).codes).toEqual([554]);
  expect((await client.download("a.txt")).bytes.toString()).toBe("0123456789");
});

test.each(["MDTM 20260231000000 a.txt", "MFMT 99999999999999 a.txt", "MFMT 2026 a.txt", "MFMT -20260101000000 a.txt"])(
  "%s does not set a time",
  async (command) => {
    await using place = await LoopbackServer.start({ files });
    const client = await place.client();
    const before = (await client.ask("MDTM a.txt")).text;
    expect([501, 550]).toContain((await client.ask(command)).code);
    expect((await client.ask("MDTM a.txt")).text).toBe(before);
  },
);
