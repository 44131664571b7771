import { expect, test } from "vitest";
import { ScriptedServer } from "../../../../test/testkit/scripted-server.ts";

const at = Date.UTC(2023, 10, 14, 22, 13, 20);

test.each<[string, string, string[]]>([
  ["sets it and says so in words, as vsftpd does", "213 File modification time set.", []],
  ["sets it and says the time", "213 20231114221320 a", []],
  ["sets it and says 253", "253 set", []],
  ["tells another time, of a file with such a name", "213 20200101000000", ["SITE UTIME"]],
  ["does not know it", "501 what?", ["SITE UTIME"]],
])("MDTM with a time: a server that %s", async (_what, reply, further) => {
  await using server = await ScriptedServer.start({ files: { "/a": "text" }, on: { MDTM: reply, SITE: "200 set" } });
  const client = await server.client();
  expect(await client.setModified("a", at)).toBe(true);
  expect(server.commands).toContain("MDTM 20231114221320 a");
  expect(server.commands.filter((line) => line.startsWith("SITE")).map((line) => line.slice(0, 10))).toEqual(further);
});
