import { createHash, randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../testkit/sha256.ts";
import type { Place } from "../testkit/client-matrix.ts";
import type { Dice } from "./dice.ts";
import type { Ledger, Noted } from "./ledger.ts";

/** When TLS begins. */
export type Tls = "off" | "explicit" | "implicit";

/** Files that are there from the beginning, and that nobody changes. */
export interface Steady {
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
}

/** Where and how one deed is done: a worker's place, an account, a way to the data, plain or by TLS. */
export interface Spot extends Place {
  readonly begins: Tls;
  readonly dice: Dice;
  readonly ledger: Ledger;
  /** No other worker writes to names that begin so. */
  readonly prefix: string;
  readonly steady: readonly Steady[];
  /** The server's certificate, which vouches for itself. */
  readonly ca: string;
  /** The port without TLS from its first byte, also where this spot has it. */
  readonly plainPort: number;
  /** Counts what went wrong because a deed has seen to it. */
  readonly expected: (what: string) => void;
}

/** Something that a client does; where it throws, something is wrong. */
export interface Deed {
  readonly name: string;
  /** How much more often than others it is done. */
  readonly weight: number;
  /** When TLS may begin (default: all). */
  readonly tls?: readonly Tls[];
  /** Whose login it is (default: ann's or bob's). */
  readonly user?: "ann" | "bob" | "eve";
  /** Who opens the data connection (default: either). */
  readonly mode?: "passive";
  readonly run: (spot: Spot) => Promise<void>;
}

/** Names that a worker has on each account: few, so that much is written over. */
const NAMES = 8;

const SIZES = [0, 1, 999, 65_536, 300_000, 300_000, 1_500_000, 5_000_000];

let made = 0;

/** A new file of this machine. */
export async function freshFile({ home, dice }: Spot, size = dice.of(SIZES)): Promise<string> {
  const path = join(home, `fresh-${++made}`);
  await writeFile(path, randomBytes(size));
  return path;
}

/** A new folder of this machine with some files in it, two deep. */
export async function freshTree(spot: Spot): Promise<string> {
  const folder = join(spot.home, `tree-${++made}`);
  mkdirSync(join(folder, "below"), { recursive: true });
  const names = Array.from({ length: spot.dice.between(2, 12) }, (_, i) => (i % 3 === 0 ? `below/${i}` : `${i}.bin`));
  for (const name of names) await writeFile(join(folder, name), randomBytes(spot.dice.between(0, 40_000)));
  return folder;
}

/** A name of this worker that nobody is busy with. */
export function aName({ ledger, dice, prefix }: Spot, fits: (noted: Noted) => boolean = () => true): Noted | undefined {
  const all = Array.from({ length: NAMES }, (_, i) => ledger.at(`${prefix}-${i}.bin`));
  const free = all.filter((noted) => !noted.rests && fits(noted));
  return free.length === 0 ? undefined : dice.of(free);
}

/** An upload that must succeed, and is noted. */
export async function uploads(spot: Spot, put: (local: string, remote: string) => Promise<unknown>): Promise<void> {
  const noted = aName(spot);
  if (!noted) return;
  const local = await freshFile(spot);
  await noted.begin(local);
  try {
    await put(local, noted.path);
  } catch (error) {
    noted.cutOff();
    throw error;
  }
  await noted.store(local);
}

/** What can be downloaded: a steady file, or one that this worker has uploaded. */
export function something(spot: Spot): Pick<Steady, "path" | "sha256"> {
  const own = spot.dice.once(2) ? aName(spot, ({ content }) => content !== undefined) : undefined;
  return own?.content === undefined ? spot.dice.of(spot.steady) : { path: own.path, sha256: own.content };
}

/** A download that must succeed, and bring what is there. */
export async function downloads(spot: Spot, get: (remote: string, local: string) => Promise<unknown>): Promise<void> {
  const file = something(spot);
  const local = join(spot.home, `got-${++made}`);
  await get(file.path, local);
  mustBe(`the download of ${file.path}`, await sha256(local), file.sha256);
  await rm(local);
}

export function mustBe(what: string, found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`${what}: ${String(found)} was found, and not ${String(expected)}`);
}

/** The digest of what has come. */
export const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** All that a file of this machine holds must have come. */
export async function mustHave(path: string, bytes: Uint8Array): Promise<void> {
  mustBe(path, digestOf(bytes), digestOf(await readFile(path)));
}
