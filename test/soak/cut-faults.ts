import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pass } from "node:timers/promises";
import { CuttingProxy } from "../testkit/cutting-proxy.ts";
import { RunningProgram } from "../testkit/running-program.ts";
import { ftplib, slowCurlGet, slowCurlPut } from "./programs.ts";
import { halfHello } from "./raw-faults.ts";
import { aName, freshFile } from "./spot.ts";
import type { Outcome } from "../testkit/running-program.ts";
import type { Noted } from "./ledger.ts";
import type { Deed, Spot } from "./spot.ts";

/** What takes two seconds at this rate. */
const SIZE = 2_000_000;
const RATE = "1M";

/** Begins an upload by curl, of which `end` is the end. */
async function cutUpload(spot: Spot, end: (curl: RunningProgram) => Promise<unknown>): Promise<void> {
  const noted = aName(spot);
  if (!noted) return;
  const local = await freshFile(spot, SIZE);
  await noted.begin(local);
  await using curl = new RunningProgram("curl", slowCurlPut(spot, local, noted.path, RATE), { home: spot.home });
  await pass(spot.dice.between(50, 1500));
  await end(curl);
  await tell(spot, noted, local, await curl.outcome);
}

async function tell(spot: Spot, noted: Noted, local: string, { status }: Outcome): Promise<void> {
  spot.expected("cut upload");
  if (status === 0) await noted.store(local);
  else noted.cutOff();
}

async function cutDownload(spot: Spot, end: (curl: RunningProgram) => Promise<unknown>): Promise<void> {
  const local = join(spot.home, "cut.bin");
  const args = slowCurlGet(spot, spot.steady.at(-1)?.path ?? "", local, RATE);
  await using curl = new RunningProgram("curl", args, { home: spot.home });
  await pass(spot.dice.between(50, 1500));
  await end(curl);
  await curl.outcome;
  spot.expected("cut download");
  await rm(local, { force: true });
}

const kill = (curl: RunningProgram): Promise<void> => curl[Symbol.asyncDispose]();

/** A spot behind a proxy that cuts. */
async function behindProxy(spot: Spot, act: (proxy: CuttingProxy, behind: Spot) => Promise<void>): Promise<void> {
  await using proxy = await CuttingProxy.start(`ftp://127.0.0.1:${spot.port}/`, {
    cutAfter: (transfer) => (transfer % 2 === 1 ? 100_000 : undefined),
    cutsControl: true,
  });
  await act(proxy, { ...spot, port: proxy.port, way: { mode: "passive", verb: "EPSV", address: "127.0.0.1" } });
}

/** Clients that are ended in the middle, and connections that are cut. */
export const cutFaults: readonly Deed[] = [
  { name: "upload killed", weight: 5, run: (spot) => cutUpload(spot, kill) },
  { name: "download killed", weight: 3, run: (spot) => cutDownload(spot, kill) },
  {
    name: "upload reset on its way",
    weight: 3,
    tls: ["off"],
    mode: "passive",
    run: (spot) =>
      behindProxy(spot, (proxy, behind) =>
        cutUpload(behind, (curl) => {
          proxy.cutAll();
          return curl.outcome;
        }),
      ),
  },
  {
    name: "download reset on its way",
    weight: 3,
    tls: ["off"],
    mode: "passive",
    run: (spot) =>
      behindProxy(spot, (proxy, behind) =>
        cutDownload(behind, (curl) => {
          proxy.cutAll();
          return curl.outcome;
        }),
      ),
  },
];

const secured = ["explicit", "implicit"] as const;

/** What is particular to TLS. */
export const tlsFaults: readonly Deed[] = [
  {
    name: "TLS data without a handshake",
    weight: 4,
    tls: secured,
    mode: "passive",
    async run(spot) {
      const noise = spot.dice.of([
        "",
        halfHello.toString("latin1"),
        randomBytes(5000).toString("latin1"),
        "GET / HTTP/1.1\r\n\r\n",
      ]);
      const words = { remote: spot.steady[0]?.path, bytes: noise, patient: spot.dice.once(2) };
      const said = await ftplib(spot, "data_silent", words);
      if (!/^(-|150.*) (-|4\d\d)$/m.test(said)) throw new Error(`a data connection without TLS: ${said}`);
      spot.expected("no handshake");
    },
  },
  ...(["data_reset", "data_truncated"] as const).map((deed): Deed => ({
    name: `TLS ${deed.replace("_", " ")}`,
    weight: 2,
    tls: secured,
    async run(spot) {
      const noted = aName(spot);
      if (!noted) return;
      const local = await freshFile(spot, 400_000);
      await noted.begin(local);
      noted.cutOff();
      const said = await ftplib(spot, deed, { local, remote: noted.path, most: spot.dice.between(1, 300_000) });
      if (!/^4\d\d$/m.test(said)) throw new Error(`an upload that TLS did not end: ${said}`);
      spot.expected("upload without its end");
    },
  })),
  {
    name: "TLS client vanishes",
    weight: 2,
    tls: secured,
    async run(spot) {
      await ftplib(spot, "vanish", { remote: spot.steady.at(-1)?.path });
      spot.expected("vanished");
    },
  },
];
