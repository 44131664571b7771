import { X509Certificate } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../../../test/testkit/manual-clock.ts";
import { ScratchFolder } from "../../../../test/testkit/scratch-folder.ts";
import { messagesIn } from "../messages/index.ts";
import { CertificateFiles } from "./certificate-files.ts";
import { makeCertificate } from "./make-certificate.ts";
import type { ServerCertificate } from "@twinport/channel";
import type { MadeCertificate } from "./make-certificate.ts";

const start = Date.UTC(2027, 0, 1);
const DAY = 24 * 60 * 60 * 1000;
const LOOK = 5000;
let old: MadeCertificate;
let renewed: MadeCertificate;
let scratch: ScratchFolder;
let clock: ManualClock;
let told: string[];
let shown: string[];
const at = (name: string): string => path.join(scratch.path, name);
const fingerprintOf = ({ cert }: Pick<ServerCertificate, "cert">): string => new X509Certificate(cert).fingerprint256;

const made = (days: number): Promise<MadeCertificate> =>
  makeCertificate({ names: [{ kind: "host", text: "localhost" }], bits: 2048, days, now: start });
beforeAll(async () => {
  [old, renewed] = await Promise.all([made(60), made(90)]);
});
beforeEach(() => {
  scratch = new ScratchFolder();
  clock = new ManualClock(start);
  told = [];
  shown = [];
});
afterEach(() => scratch[Symbol.asyncDispose]());

const put = (name: string, text: string): Promise<void> => fs.writeFile(at(name), text, { mode: 0o600 });

/** Files that are watched, by a server that takes all, unless it throws. */
async function watched(
  taken: (certificates: readonly ServerCertificate[]) => void = () => {},
): Promise<CertificateFiles> {
  const log = {
    report: ({ event, sentence }: { readonly event: string; readonly sentence: string }) =>
      told.push(`${event}: ${sentence.replaceAll(`${scratch.path}/`, "")}`),
    say() {},
    close: async () => {},
  };
  const files = [{ cert: at("cert.pem"), key: at("key.pem") }];
  const certificates = await CertificateFiles.load({ files, log, messages: messagesIn("en"), clock });
  certificates.watch({
    replaceCertificates(all) {
      taken(all);
      shown.push(...all.map(fingerprintOf));
    },
  });
  return certificates;
}

/** Lets the time pass after which the files are looked at, and the look be done. */
async function later(files: CertificateFiles, milliseconds = LOOK): Promise<void> {
  clock.advance(milliseconds);
  await files.settled();
}

async function putBoth({ cert, key }: MadeCertificate): Promise<void> {
  await put("key.pem", key);
  await put("cert.pem", cert);
}

describe("renewed files are taken up", () => {
  const ways: readonly (readonly [string, () => Promise<void>, () => Promise<void>])[] = [
    ["that are written in place", () => putBoth(old), () => putBoth(renewed)],
    [
      "that are renamed over the old ones",
      () => putBoth(old),
      async () => {
        await put("next", renewed.key);
        await fs.rename(at("next"), at("key.pem"));
        await put("next", renewed.cert);
        await fs.rename(at("next"), at("cert.pem"));
      },
    ],
    [
      "by links that lead elsewhere, one by one, as certbot has them",
      async () => {
        for (const [i, { cert, key }] of [old, renewed].entries()) {
          await put(`cert${i}.pem`, cert);
          await put(`key${i}.pem`, key);
        }
        for (const name of ["cert", "key"]) await fs.symlink(`${name}0.pem`, at(`${name}.pem`));
      },
      async () => {
        for (const name of ["cert", "key"]) {
          await fs.rm(at(`${name}.pem`));
          await fs.symlink(`${name}1.pem`, at(`${name}.pem`));
        }
      },
    ],
    [
      "by one link to a folder, as Kubernetes has it",
      async () => {
        for (const [i, { cert, key }] of [old, renewed].entries()) {
          await fs.mkdir(at(`v${i}`));
          await put(`v${i}/cert.pem`, cert);
          await put(`v${i}/key.pem`, key);
        }
        await fs.symlink("v0", at("data"));
        for (const name of ["cert.pem", "key.pem"]) await fs.symlink(`data/${name}`, at(name));
      },
      async () => {
        await fs.symlink("v1", at("next"));
        await fs.rename(at("next"), at("data"));
        await fs.rm(at("v0"), { recursive: true });
      },
    ],
  ];
  test.each(ways)("%s", async (_title, before, renew) => {
    await before();
    using files = await watched();
    expect(files.certificates.map(fingerprintOf)).toEqual([fingerprintOf(old)]);
    await later(files);
    expect([shown, told]).toEqual([[], []]);
    await renew();
    await later(files);
    expect(shown).toEqual([fingerprintOf(renewed)]);
    expect(told).toEqual([
      `certificate-renewed: a new certificate is in use for localhost, until 2027-04-01 (SHA-256 ${fingerprintOf(renewed)})`,
    ]);
    await later(files);
    expect(shown).toHaveLength(1);
  });

  test("at once, if somebody asks for it", async () => {
    await putBoth(old);
    using files = await watched();
    await putBoth(renewed);
    await files.look(true);
    expect(shown).toEqual([fingerprintOf(renewed)]);
  });

  test("not, if they are the same again", async () => {
    await putBoth(old);
    using files = await watched();
    await putBoth(old);
    await later(files);
    expect([shown, told]).toEqual([[], []]);
  });
});

describe("while what is there cannot be used, the old ones stay", () => {
  test("and nothing is said of a certificate whose key comes a moment later", async () => {
    await putBoth(old);
    using files = await watched();
    await put("cert.pem", renewed.cert);
    await later(files);
    expect([shown, told]).toEqual([[], []]);
    await put("key.pem", renewed.key);
    await later(files);
    expect(shown).toEqual([fingerprintOf(renewed)]);
  });

  test("and the cause is said once, until it is another, or all is well", async () => {
    await putBoth(old);
    using files = await watched();
    await put("cert.pem", renewed.cert);
    for (let i = 0; i < 4; i++) await later(files);
    const kept = "; the certificates stay as they were";
    const first = `certificates-problem: cert.pem: the key of key.pem is not the key of this certificate${kept}`;
    expect(told).toEqual([first]);
    await fs.rm(at("cert.pem"));
    for (let i = 0; i < 3; i++) await later(files);
    const second = `certificates-problem: cert.pem: the file cannot be read: there is no such file (ENOENT)${kept}`;
    expect(told).toEqual([first, second]);
    await put("cert.pem", old.cert);
    await later(files);
    expect([shown, told]).toEqual([[], [first, second]]);
    await put("cert.pem", "");
    await later(files);
    await later(files);
    expect(told).toHaveLength(3);
  });

  test("and whoever asks hears it at once", async () => {
    await putBoth(old);
    using files = await watched();
    await put("key.pem", renewed.key);
    const problem = expect.stringContaining("is not the key of this certificate");
    await files.look(true);
    expect(told).toEqual([problem]);
    await later(files);
    expect(told).toEqual([problem]);
    await files.look(true);
    expect(told).toEqual([problem, problem]);
  });

  test("also where the server does not take them", async () => {
    await putBoth(old);
    using files = await watched(() => {
      throw new Error("no");
    });
    await putBoth(renewed);
    await files.look(true);
    expect(told).toEqual(["certificates-problem: no; the certificates stay as they were"]);
    expect(files.certificates.map(fingerprintOf)).toEqual([fingerprintOf(old)]);
  });
});

describe("the end of a certificate", () => {
  test("is warned of when it is near, at the start, every day, and when it has come", async () => {
    await putBoth(old);
    clock.advance(45 * DAY);
    {
      using files = await watched();
      expect(told).toEqual([]);
      await later(files, DAY);
      expect(told).toEqual([]);
    }
    clock.advance(DAY);
    using files = await watched();
    const soon = "certificate-expires: cert.pem: the certificate expires on 2027-03-02: renew it";
    expect(told).toEqual([soon]);
    for (let i = 0; i < 10; i++) await later(files);
    expect(told).toEqual([soon]);
    clock.advance(DAY - 11 * LOOK);
    await later(files, 2 * LOOK);
    await later(files);
    expect(told).toEqual([soon, soon]);
    clock.advance(13 * DAY);
    await later(files);
    await later(files);
    expect(told.at(-1)).toBe("certificate-expired: cert.pem: the certificate expired on 2027-03-02: clients refuse it");
  });

  test("that has come keeps it from being read", async () => {
    await putBoth(old);
    clock.advance(60 * DAY);
    await expect(watched()).rejects.toMatchObject({ code: "expired" });
  });

  test("and its beginning, where the clock is wrong", async () => {
    await putBoth(old);
    clock = new ManualClock(start - DAY);
    using _files = await watched();
    expect(told).toEqual([expect.stringContaining("is not valid before 2026-12-31")]);
  });
});

test("a key that everybody on the machine can read is used, with a warning", async () => {
  await putBoth(old);
  await fs.chmod(at("key.pem"), 0o644);
  using _files = await watched();
  expect(told).toEqual([expect.stringContaining("key.pem: the private key can be read by everybody on this machine")]);
});

test("whoever has let them go is not told any more", async () => {
  await putBoth(old);
  const files = await watched();
  files[Symbol.dispose]();
  expect(clock.pending).toBe(0);
});
