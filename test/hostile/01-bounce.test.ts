// servers.md §4.2, line 1: the server is not made to connect to anybody but the client.
import { expect, test } from "vitest";
import { LoopbackServer } from "../testkit/loopback-server.ts";
import { singleAccount } from "@twinport/accounts";

test.each([
  ["another host", "PORT 192,0,2,9,195,80"],
  ["another host, as EPRT", "EPRT |1|192.0.2.9|50000|"],
  ["another host of loopback", "PORT 127,0,0,2,195,80"],
  ["another host, mapped into IPv6", "EPRT |2|::ffff:192.0.2.9|50000|"],
  ["a cloud's metadata", "PORT 169,254,169,254,195,80"],
  ["a multicast address", "EPRT |1|224.0.0.1|50000|"],
  ["the address with zeros before it that mean another in octal", "PORT 0177,0,0,02,195,80"],
  ["its own mail port", "PORT 127,0,0,1,0,25"],
  ["its own mail port, as EPRT", "EPRT |1|127.0.0.1|25|"],
  ["port 0", "PORT 127,0,0,1,0,0"],
])("nobody makes it dial %s", async (_name, command) => {
  await using place = await LoopbackServer.start({ files: { "/a": "x" } });
  const client = await place.client();
  expect([501, 504, 522]).toContain((await client.ask(command)).code);
  expect((await client.ask("RETR a")).code).toBe(425);
  expect(place.dataSteps).not.toContain("data-dialing");
});

test("the server does not dial its own command port, whoever asks", async () => {
  await using place = await LoopbackServer.start({ files: { "/a": "x" } });
  const client = await place.client();
  const { port } = place.server.bound[0]!;
  expect((await client.ask(`EPRT |1|127.0.0.1|${port}|`)).code).toBe(504);
});

test("an account with FXP cannot reach what answers only its own machine", async () => {
  const accounts = singleAccount<never>({ name: "ann", password: "secret", mayUseOtherHosts: true });
  await using place = await LoopbackServer.start({ accounts });
  const client = await place.client();
  expect((await client.ask("PORT 169,254,169,254,195,80")).code).toBe(504);
  expect((await client.ask("PORT 192,0,2,9,0,25")).code).toBe(504);
  expect((await client.ask("PORT 192,0,2,9,195,80")).code).toBe(200);
});
