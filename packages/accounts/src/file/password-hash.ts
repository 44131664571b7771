import { randomBytes, scrypt } from "node:crypto";

/** What scrypt (RFC 7914) costs: 2^ln blocks of 128·r bytes, p times. */
export interface ScryptCost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** A password's hash, taken apart. */
export interface PasswordHash extends ScryptCost {
  /** As it is written: `$scrypt$ln=14,r=8,p=5$salt$hash`, both in base64 without padding. */
  readonly text: string;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

/** scrypt, or a test's. */
export type Derive = (
  password: string,
  hash: Omit<PasswordHash, "text" | "hash">,
  bytes: number,
) => Promise<Uint8Array>;

/** 16 MiB and some 0.2 s: what OWASP asks for at least, with the memory that a small machine has. */
export const defaultCost: ScryptCost = { ln: 14, r: 8, p: 5 };

/** What a file may ask for: up to 128 MiB at a time, and up to six times the time of the default. */
const MAX_BLOCKS_KIB = 128 * 1024;
const MAX_WORK = 2 ** 22;

const SALT_BYTES = 16;
const HASH_BYTES = 32;

/**
 * Reads a hash; undefined for anything else, and for one that costs too much or too little. It has 32 or 64 bytes: scrypt's
 * shorter results are the beginnings of its longer ones, so one that has lost its end would still fit the password.
 */
export function parsePasswordHash(text: string): PasswordHash | undefined {
  const found =
    /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{43}|[A-Za-z0-9+/]{86})$/.exec(
      text,
    );
  if (!found) return undefined;
  const [ln, r, p] = found.slice(1, 4).map(Number) as [number, number, number];
  if (ln < 10 || ln > 17 || r < 1 || p < 1) return undefined;
  const blocks = 2 ** ln * r;
  if (blocks / 8 > MAX_BLOCKS_KIB || blocks * p > MAX_WORK) return undefined;
  const [salt, hash] = found.slice(4).map((part) => Buffer.from(part, "base64")) as [Buffer, Buffer];
  return { text, ln, r, p, salt, hash };
}

/** Hashes a password with a salt of its own. */
export async function hashPassword(password: string, cost: ScryptCost = defaultCost): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, { ...cost, salt }, HASH_BYTES);
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${unpadded(salt)}$${unpadded(hash)}`;
}

/** A hash that no password has. */
export function unmatchable(cost: ScryptCost): PasswordHash {
  return { ...cost, text: "", salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) };
}

/** scrypt, on a thread of the pool. */
export const derive: Derive = (password, { ln, r, p, salt }, bytes) =>
  new Promise((resolve, reject) => {
    // What it needs, and as much again: OpenSSL counts a little more than the blocks.
    const maxmem = 2 * 128 * r * (2 ** ln + p);
    scrypt(password, salt, bytes, { N: 2 ** ln, r, p, maxmem }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}
