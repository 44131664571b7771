import net from "node:net";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { TestAuthority } from "../../../../test/testkit/certificates.ts";
import { ScratchFolder } from "../../../../test/testkit/scratch-folder.ts";
import { gatherServerFacts } from "./gather-server-facts.ts";
import { mayBind, rangesIn } from "./kernel-settings.ts";
import { readCertificate } from "./read-certificate.ts";
import type { Deployment } from "../deployment.ts";

test.each([
  ["", []],
  ["\n", []],
  ["30000-30099\n", [{ from: 30_000, to: 30_099 }]],
  [
    "8080,30000-30099",
    [
      { from: 8080, to: 8080 },
      { from: 30_000, to: 30_099 },
    ],
  ],
])("reserved ports %j", (text, ranges) => {
  expect(rangesIn(text)).toEqual(ranges);
});

test.each([
  ["CapInh:\t0\nCapEff:\t000001ffffffffff\n", true],
  ["CapEff:\t0000000000000400\n", true],
  ["CapEff:\t0000000000000000\n", false],
  ["CapEff:\t00000000000003ff\n", false],
  ["Name:\tnode\n", undefined],
  [undefined, undefined],
])("whether %j may bind privileged ports: %j", (status, may) => {
  expect(mayBind(status)).toBe(may);
});

test("a certificate is read with its names and its key, and what is none says why", async () => {
  await using folder = new ScratchFolder();
  const authority = new TestAuthority();
  const [own, other] = ["ftp.example.org", "other.example.org"].map((name) =>
    authority.sign({ commonName: name, names: `DNS:${name},IP:192.0.2.1`, until: "20300101000000Z" }),
  );
  const at = (name: string): string => path.join(folder.path, name);
  await writeFile(at("own.pem"), own!.cert);
  await writeFile(at("own.key"), own!.key);
  await writeFile(at("other.key"), other!.key);
  await writeFile(at("both.pem"), own!.cert + own!.key);
  await writeFile(at("none.pem"), "nothing");
  const read = {
    kind: "read",
    names: ["ftp.example.org", "192.0.2.1"],
    until: Date.UTC(2030, 0, 1),
  };
  const [cert, key] = [at("own.pem"), at("own.key")];
  expect(await readCertificate({ cert, key }, undefined)).toMatchObject({ ...read, isOfKey: true });
  expect(await readCertificate({ cert: at("both.pem") }, undefined)).toMatchObject({ ...read, isOfKey: true });
  expect(await readCertificate({ cert, key: at("other.key") }, undefined)).toMatchObject({ ...read, isOfKey: false });
  expect(await readCertificate({ cert, key: at("gone.key") }, undefined)).toMatchObject({
    ...read,
    isOfKey: undefined,
  });
  expect(await readCertificate({ cert: at("gone.pem") }, undefined)).toMatchObject({ kind: "unread", why: "ENOENT" });
  expect(await readCertificate({ cert: at("none.pem") }, undefined)).toMatchObject({
    kind: "unread",
    isForbidden: false,
  });
});

test.runIf(process.platform === "linux")(
  "who listens on this machine is known by name, and the server by its pid",
  async () => {
    const server = net.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as net.AddressInfo;
    const deployment: Deployment = {
      control: [{ address: "127.0.0.1", port, tls: "off" }],
      passive: { advertised: ["localhost"], sharesPorts: true },
      active: false,
    };
    const facts = await gatherServerFacts({ deployment, pids: [process.pid] });
    expect(facts.listening?.filter((one) => one.port === port)).toMatchObject([
      { address: "127.0.0.1", program: { pid: process.pid, isServer: true } },
    ]);
    expect(facts.names["localhost"]).toContain("127.0.0.1");
    expect(facts.ephemeral?.from).toBeGreaterThan(0);
    expect(facts.addresses).not.toContain("127.0.0.1");
    server.close();
  },
);
