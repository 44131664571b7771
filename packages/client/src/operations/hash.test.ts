import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { CuttingProxy } from "../../../../test/testkit/cutting-proxy.ts";
import { LoopbackServer } from "../../../../test/testkit/loopback-server.ts";
import { connectClient } from "../client.ts";
import { hashAlgorithms, hashLocal } from "../local-hash.ts";
import type { HashAlgorithm } from "../local-hash.ts";

const text = "one\ntwo\n";
const sums: Readonly<Record<HashAlgorithm, string>> = {
  crc32: "12ba0be6",
  md5: createHash("md5").update(text).digest("hex"),
  sha1: createHash("sha1").update(text).digest("hex"),
  sha256: createHash("sha256").update(text).digest("hex"),
  sha512: createHash("sha512").update(text).digest("hex"),
};

/** A server that says that it can this, and answers that. */
async function stage(
  features: readonly string[] | undefined,
  answer: (line: string) => string | undefined = () => undefined,
) {
  const place = await LoopbackServer.start({ files: { "/a.txt": text, "/x 12": text } });
  const proxy = await CuttingProxy.start(place.server.url, {
    answer: (line) => {
      if (line !== "FEAT" || !features) return answer(line);
      return ["211-Features:", ...features.map((feature) => ` ${feature}`), "211 End"].join("\r\n");
    },
  });
  const client = await connectClient(`ftp://ann:secret@127.0.0.1:${proxy.port}/`, { memory: false });
  return {
    client,
    proxy,
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await proxy[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}

test.each(hashAlgorithms)("our server tells the %s of a file, and we compute the same", async (algorithm) => {
  await using on = await stage(undefined);
  expect(await on.client.hash("a.txt", algorithm)).toEqual({ algorithm, value: sums[algorithm] });
  expect(await hashLocal(Buffer.from(text), algorithm)).toBe(sums[algorithm]);
});

test.each([
  ["the strongest of HASH", ["HASH SHA-1;SHA-256;MD5*"], "HASH a.txt", "sha256"],
  ["a strong X command rather than a weak HASH", ["HASH CRC32*", "XSHA512"], "XSHA512 a.txt", "sha512"],
  ["XSHA as SHA-1", ["XSHA"], undefined, "sha1"],
  ["XCRC where nothing else is", ["XCRC filename;start;end", "SIZE"], "XCRC a.txt", "crc32"],
] as const)("it chooses %s", async (_what, features, line, algorithm) => {
  await using on = await stage(features, (asked) => (asked.startsWith("XSHA ") ? `250 ${sums.sha1}` : undefined));
  expect(await on.client.hash("a.txt")).toEqual({ algorithm, value: sums[algorithm] });
  if (line) expect(on.proxy.lines.at(-1)).toBe(line);
});

test.each([
  ["213 SHA-256 0-8 VALUE a.txt", "HASH SHA-256*"],
  ["213 VALUE", "HASH SHA-256*"],
  ["250 VALUE", "XSHA256"],
  ['250 "a.txt" VALUE', "XSHA256"],
  ["250-Computing\r\n250 VALUE a.txt", "XSHA256"],
])("the value is found in %s, in any case of its letters", async (reply, feature) => {
  const told = reply.replace("VALUE", sums.sha256.toUpperCase());
  await using on = await stage([feature], (line) => (/^(?:HASH|XSHA256)/.test(line) ? told : undefined));
  expect((await on.client.hash("a.txt")).value).toBe(sums.sha256);
});

test("a CRC32 that has lost its zeros gets them back", async () => {
  await using on = await stage(["XCRC"], (line) => (line.startsWith("XCRC") ? "250 2BA0BE6" : undefined));
  expect((await on.client.hash("a.txt")).value).toBe("02ba0be6");
});

test("a name that looks like a value is not taken for one", async () => {
  const name = "d".repeat(32);
  await using on = await stage(["MD5"], (line) => (line.startsWith("MD5") ? `251 ${name} ${sums.md5}` : undefined));
  expect((await on.client.hash(name)).value).toBe(sums.md5);
});

test("a name that ends like a part of the file is quoted for X commands", async () => {
  await using on = await stage(["XCRC"]);
  expect((await on.client.hash("x 12")).value).toBe(sums.crc32);
  expect(on.proxy.lines.at(-1)).toBe('XCRC "x 12"');
});

test("what a server offers and does not know after all is not asked again; the next one is", async () => {
  await using on = await stage(["XSHA256", "XMD5"], (line) => (line.startsWith("XSHA256") ? "500 what?" : undefined));
  expect((await on.client.hash("a.txt")).algorithm).toBe("md5");
  expect((await on.client.hash("a.txt")).algorithm).toBe("md5");
  expect(on.proxy.lines.filter((line) => line.startsWith("XSHA256"))).toHaveLength(1);
});

test("a server without any says so, and so does one without this one", async () => {
  await using on = await stage(["SIZE"]);
  await expect(on.client.hash("a.txt")).rejects.toMatchObject({ code: "not-supported" });
  await using other = await stage(["XCRC"]);
  await expect(other.client.hash("a.txt", "sha256")).rejects.toThrow(/HASH with sha256/);
});

test("a file that is not there is not found; a reply without a value is no answer", async () => {
  await using on = await stage(undefined);
  await expect(on.client.hash("none")).rejects.toMatchObject({ code: "not-found" });
  await using odd = await stage(["XMD5"], (line) => (line.startsWith("XMD5") ? "250 done" : undefined));
  await expect(odd.client.hash("a.txt")).rejects.toMatchObject({ code: "protocol-not-followed" });
});
