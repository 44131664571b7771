// servers.md §4.2, line 12, for who comes with a certificate: whom it lets in, and whom it does not.
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { fileAccounts } from "@twinport/accounts";
import { TestAuthority, serverCertificate, testAuthority } from "../testkit/certificates.ts";
import { LoopbackServer } from "../testkit/loopback-server.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import type { ClientCertificates } from "@twinport/server";
import type { MadeCertificate } from "../testkit/certificates.ts";

const stranger = new TestAuthority("Somebody else's authority");
const wanted = testAuthority();
const shown = {
  none: undefined,
  ann: wanted.sign({ commonName: "ann" }),
  bob: wanted.sign({ commonName: "bob" }),
  expired: wanted.sign({ commonName: "ann", until: "20210101000000Z" }),
  untrusted: stranger.sign({ commonName: "ann" }),
  listed: stranger.sign({ commonName: "whoever" }),
} as const satisfies Record<string, MadeCertificate | undefined>;

type Shown = keyof typeof shown;

class Place implements AsyncDisposable {
  readonly #scratch: ScratchFolder;
  readonly #server: LoopbackServer;

  private constructor(scratch: ScratchFolder, server: LoopbackServer) {
    this.#scratch = scratch;
    this.#server = server;
  }

  /** Ann's account lists a certificate that no authority here has signed; bob's lists none. Nobody has a password. */
  static async start(clientCertificates: Partial<ClientCertificates> & { want: "ask" | "require" }): Promise<Place> {
    const scratch = new ScratchFolder();
    const file = path.join(scratch.path, "accounts.json");
    const ann = { certificates: [shown.listed.fingerprint] };
    const bob = { certificates: ["00".repeat(32)] };
    fs.writeFileSync(file, JSON.stringify({ version: 1, accounts: { ann, bob } }), { mode: 0o600 });
    const accounts = fileAccounts({ file });
    const tls = { certificates: [serverCertificate()], clientCertificates };
    return new Place(scratch, await LoopbackServer.start({ accounts, tls, loginThrottle: false }));
  }

  /** The codes of AUTH's handshake (0 where it failed or the session ended), USER, and what then is. */
  async login(which: Shown, name: string): Promise<number[]> {
    const client = await this.#server.connect();
    await client.reply();
    const certificate = shown[which];
    try {
      await client.authenticate(certificate && { cert: certificate.cert, key: certificate.key });
      return await client.codes(`USER ${name}`, "PWD");
    } catch {
      return [0];
    }
  }

  get warnings(): readonly string[] {
    return this.#server.warnings.flatMap((one) => (one.code === "tls-failed" ? [one.cause] : []));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
    await this.#scratch[Symbol.asyncDispose]();
  }
}

const IN = [232, 257];
const ASKED = [331, 530];

describe.each(["ask", "require"] as const)("certificates: %s", (want) => {
  const ca = wanted.cert;
  const OUT = want === "require" ? [0] : ASKED;

  test.each<[Shown, string, number[]]>([
    ["none", "ann", OUT],
    ["untrusted", "ann", OUT],
    ["expired", "ann", OUT],
    ["listed", "ann", want === "require" ? [0] : IN],
    ["listed", "bob", OUT],
    ["ann", "ann", IN],
    ["ann", "bob", ASKED],
    ["ann", "ANN", ASKED],
    ["ann", "nobody", ASKED],
    ["bob", "ann", ASKED],
    ["bob", "bob", IN],
  ])("the certificate %s, for the account %s, where common names count", async (which, name, codes) => {
    await using place = await Place.start({ want, ca, login: "common-name" });
    expect(await place.login(which, name)).toEqual(codes);
    expect(place.warnings.length).toBe(codes[0] === 0 ? 1 : 0);
  });

  test.each<[Shown, string, number[]]>([
    ["ann", "ann", ASKED],
    ["bob", "bob", ASKED],
    ["listed", "ann", want === "require" ? [0] : IN],
  ])("the certificate %s, for the account %s, where only listed ones count", async (which, name, codes) => {
    await using place = await Place.start({ want, ca });
    expect(await place.login(which, name)).toEqual(codes);
  });

  test.each<[Shown, string, number[]]>([
    ["listed", "ann", IN],
    ["untrusted", "ann", ASKED],
    ["listed", "bob", ASKED],
    ["none", "ann", OUT],
  ])("the certificate %s, for the account %s, without an authority", async (which, name, codes) => {
    await using place = await Place.start({ want, login: "common-name" });
    expect(await place.login(which, name)).toEqual(codes);
  });
});

describe("where a certificate is required, a password alone lets nobody in", () => {
  const start = (ca?: string): Promise<LoopbackServer> => {
    const clientCertificates = { want: "require" as const, ...(ca !== undefined && { ca }) };
    return LoopbackServer.start({ tls: { certificates: [serverCertificate()], clientCertificates } });
  };

  test.each([
    ["with an authority", wanted.cert],
    ["without one", undefined],
  ])("also in clear, where none can be shown: %s", async (_title, ca) => {
    await using place = await start(ca);
    const client = await place.connect();
    await client.reply();
    expect(await client.codes("USER ann", "PASS secret")).toEqual([530, 503]);
  });

  test("beside one that no authority has signed it does not, beside one of the authority it does", async () => {
    for (const [ca, code] of [
      [undefined, 530],
      [wanted.cert, 230],
    ] as const) {
      await using place = await start(ca);
      const client = await place.connect();
      await client.reply();
      await client.authenticate({ cert: shown.ann.cert, key: shown.ann.key });
      expect(await client.codes("USER ann", "PASS secret")).toEqual([331, code]);
    }
  });
});
