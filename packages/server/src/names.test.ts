import { describe, expect, test } from "vitest";
import { anonymousAccounts, allPermissions, combinedAccounts, singleAccount } from "@twinport/accounts";
import { charset } from "@twinport/protocol";
import { memoryStorage } from "@twinport/storage";
import { LoopbackServer } from "../../../test/testkit/loopback-server.ts";
import type { Storage } from "@twinport/storage";
import type { Charset } from "@twinport/protocol";
import type { WireClient } from "../../../test/testkit/wire-client.ts";

const utf8 = charset("utf-8");

/** A client that speaks a charset, and sees bytes. */
class Speaker {
  readonly client: WireClient;
  readonly #charset: Charset;
  #raw = "";

  constructor(client: WireClient, spoken: Charset) {
    this.client = client;
    this.#charset = spoken;
    client.socket.on("data", (text) => (this.#raw += text as unknown as string));
  }

  /** The bytes of the reply, as this one reads them; `?!` where they are not of its charset. */
  async ask(line: string): Promise<string> {
    this.#raw = "";
    this.client.socket.write(Buffer.concat([this.#charset.encode(line), Buffer.from("\r\n")]));
    await this.client.reply();
    return this.#charset.decode(Buffer.from(this.#raw, "latin1")) ?? "?!";
  }

  async list(verb: string): Promise<string> {
    return this.#charset.decode((await this.client.download("", verb)).bytes) ?? "?!";
  }
}

async function speaker(place: LoopbackServer, label: string): Promise<Speaker> {
  return new Speaker(await place.client(), charset(label));
}

describe.each([
  ["gbk", "中文 目录"],
  ["shift_jis", "日本語ソ表"],
  ["big5", "功許蓋"],
  ["euc-kr", "한국어"],
  ["windows-1251", "моя папка"],
  ["koi8-r", "Хорошо"],
])("a client that speaks %s", (label, name) => {
  test("gets it back everywhere once it has sent a name, while another gets UTF-8", async () => {
    await using place = await LoopbackServer.start({ charset: `auto:${label}` });
    const old = await speaker(place, label);
    const modern = await speaker(place, "utf-8");
    expect(await modern.ask(`MKD ${name}`)).toBe(`257 "/${name}" created.\r\n`);
    expect(await old.list("NLST")).not.toBe(`${name}\r\n`);
    expect(await old.ask(`CWD ${name}`)).toBe(`250 Now in "/${name}".\r\n`);
    expect(await old.ask("PWD")).toContain(`"/${name}"`);
    expect(await old.ask(`MKD ${name}2`)).toBe(`257 "/${name}/${name}2" created.\r\n`);
    expect(await old.list("NLST")).toBe(`${name}2\r\n`);
    expect(await old.list("LIST")).toContain(` ${name}2\r\n`);
    expect(await old.list("MLSD")).toContain(`; ${name}2\r\n`);
    expect(await old.ask("STAT .")).toContain(` ${name}2\r\n`);
    expect(await old.ask("MLST .")).toContain(`; /${name}\r\n`);
    expect(await modern.ask(`CWD ${name}`)).toBe(`250 Now in "/${name}".\r\n`);
    expect(await modern.list("NLST")).toBe(`${name}2\r\n`);
    expect(await modern.ask("PWD")).toContain(`"/${name}"`);
  });

  test("is answered so by an account, or a server, of that charset alone", async () => {
    const files = { [`/${name}/x`]: "" };
    const accounts = singleAccount<Storage>({ name: "ann", password: "secret", charset: label });
    await using byAccount = await LoopbackServer.start({ accounts, files });
    await using byServer = await LoopbackServer.start({ charset: label, files });
    for (const place of [byAccount, byServer]) {
      const old = await speaker(place, label);
      expect(await old.list("NLST")).toBe(`${name}\r\n`);
      expect(await old.ask(`CWD ${name}`)).toBe(`250 Now in "/${name}".\r\n`);
    }
  });
});

const place = (): Promise<LoopbackServer> => LoopbackServer.start({ charset: "auto:gbk", files: { "/中文/x": "" } });

describe("OPTS UTF8", () => {
  test("ON ends the guessing", async () => {
    await using server = await place();
    const old = await speaker(server, "gbk");
    expect(await old.ask("OPTS UTF8 ON")).toBe("200 Names are in UTF-8.\r\n");
    expect(await old.ask("CWD 中文")).toMatch(/^501 /);
    expect(await old.list("NLST")).not.toContain("中文");
  });

  test("OFF takes the older charset at once, ON takes it back", async () => {
    await using server = await place();
    const old = await speaker(server, "gbk");
    expect(await old.ask("OPTS UTF8 OFF")).toBe("200 Names are in gbk.\r\n");
    expect(await old.list("NLST")).toBe("中文\r\n");
    expect(await old.ask("OPTS UTF8 ON")).toMatch(/^200 /);
    const modern = new Speaker(old.client, utf8);
    expect(await modern.list("NLST")).toBe("中文\r\n");
  });

  test("OFF is refused where there is nothing but UTF-8", async () => {
    await using server = await LoopbackServer.start({});
    expect((await (await server.client()).ask("OPTS UTF8 OFF")).code).toBe(504);
  });

  test("ON before the login holds for an account of another charset", async () => {
    const accounts = singleAccount<Storage>({ name: "ann", password: "secret", charset: "gbk" });
    await using server = await LoopbackServer.start({ accounts, files: { "/中文/x": "" } });
    const client = await server.connect();
    await client.reply();
    expect(await client.codes("OPTS UTF8 ON", "USER ann", "PASS secret")).toEqual([200, 331, 230]);
    expect(await new Speaker(client, utf8).list("NLST")).toBe("中文\r\n");
  });
});

test("a name before the login shows what the client speaks", async () => {
  const accounts = combinedAccounts<Storage>(
    singleAccount({ name: "安娜", password: "密码" }),
    anonymousAccounts({ permissions: allPermissions }),
  );
  await using server = await LoopbackServer.start({ charset: "auto:gbk", accounts, files: { "/中文/x": "" } });
  const client = await server.connect();
  const old = new Speaker(client, charset("gbk"));
  await client.reply();
  expect(await old.ask("USER 安娜")).toMatch(/^331 /);
  expect(await old.ask("PASS 密码")).toBe("230 Welcome, 安娜.\r\n");
  expect(await old.list("NLST")).toBe("中文\r\n");
  // REIN begins anew: nothing is known of the next one.
  expect(await old.ask("REIN")).toMatch(/^220 /);
  expect(await client.codes("USER ftp", "PASS x")).toEqual([331, 230]);
  expect(await new Speaker(client, utf8).list("NLST")).toBe("中文\r\n");
});

test("REIN ends what OPTS UTF8 has chosen", async () => {
  await using server = await place();
  const old = await speaker(server, "gbk");
  await old.ask("OPTS UTF8 ON");
  await old.ask("REIN");
  await old.client.codes("USER ann", "PASS secret");
  expect(await old.ask("CWD 中文")).toMatch(/^250 .*中文/);
});

test("a name that is in neither charset is refused, and changes nothing", async () => {
  await using server = await LoopbackServer.start({ charset: "auto:gbk", files: { "/中文/x": "" } });
  const client = await server.client();
  client.socket.write(Buffer.from("CWD \x81\x20\xff\r\n", "latin1"));
  expect((await client.reply()).code).toBe(501);
  expect(await new Speaker(client, utf8).list("NLST")).toBe("中文\r\n");
});

test("what waits behind a transfer says nothing of the charset before its turn", async () => {
  await using server = await LoopbackServer.start({ charset: "auto:gbk", files: { "/中文/x": "", "/a": "hello" } });
  const client = await server.client();
  const data = await client.passive();
  client.send("STOR new");
  expect((await client.reply()).code).toBe(150);
  client.socket.write(Buffer.concat([charset("gbk").encode("CWD 中文"), Buffer.from("\r\n")]));
  // Answered at once, in what is spoken now.
  expect((await client.ask("STAT .")).text).toContain("中文");
  data.end("x");
  expect((await client.reply()).code).toBe(226);
  expect((await client.reply()).code).toBe(250);
  data.destroy();
});

test("a letter that the charset does not have is a question mark, and breaks nothing", async () => {
  const files = { "/😀 中文": "", "/é": "" };
  await using server = await LoopbackServer.start({ charset: "gbk", storage: memoryStorage({ files }) });
  const old = await speaker(server, "gbk");
  expect(await old.list("NLST")).toBe("? 中文\r\né\r\n");
});

test.each(["auto:klingon", "auto:", "auto", "auto:auto:gbk", "utf-16", "auto:utf-16le"])(
  "%j is refused when the server is made",
  async (label) => {
    await expect(LoopbackServer.start({ charset: label })).rejects.toMatchObject({ code: "charset-not-known" });
  },
);

test("a listener may have a charset of its own", async () => {
  await using place = await LoopbackServer.start({ listen: [{}], files: { "/\u4e2d.txt": "x" } });
  await place.server.listen({ address: "127.0.0.2", charset: "gbk" });
  const modern = await place.client({ to: "127.0.0.1" });
  const old = await place.client({ to: "127.0.0.2", from: "127.0.0.2" });
  expect((await modern.download("", "NLST")).bytes).toEqual(Buffer.from("\u4e2d.txt\r\n"));
  expect((await old.download("", "NLST")).bytes).toEqual(Buffer.from([0xd6, 0xd0, ...Buffer.from(".txt\r\n")]));
  await expect(place.server.listen({ charset: "klingon" })).rejects.toThrow("charset");
});
