import { randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import { MAX_NAME_BYTES } from "@twinport/protocol";

// Not `.part`: servers keep such names for unfinished uploads of their own, ours among them.
const SUFFIX = ".twinport-part";

/** `.NAME.xxxxxxxx.twinport-part`. */
const partOf = /^\.(.+)\.[0-9a-f]{8}\.twinport-part$/s;

/**
 * Under which name a file is written while it is not whole. It is another one for another content, so that what an
 * interrupted run has left can be gone on with, and is never mixed with something newer.
 */
export function partName(
  name: string,
  content: { readonly size: number | undefined; readonly at: number | undefined },
): string {
  const digest = crc32(`${content.size} ${content.at} ${name}`).toString(16).padStart(8, "0");
  return `.${shortened(name)}.${digest}${SUFFIX}`;
}

/** Another such name each time, for what is not gone on with later. */
export function freshPartName(name: string): string {
  return `.${shortened(name)}.${randomBytes(4).toString("hex")}${SUFFIX}`;
}

/** Whether a name is one of an unfinished file. */
export function isPartName(name: string): boolean {
  return partOf.test(name);
}

/** Whether it is an unfinished one of this file. */
export function isPartOf(part: string, name: string): boolean {
  return partOf.exec(part)?.[1] === shortened(name);
}

/** So much of it that the whole stays a name that file systems take. */
function shortened(name: string): string {
  let short = name;
  while (Buffer.byteLength(short) > MAX_NAME_BYTES - "..01234567".length - SUFFIX.length) {
    // By letters: half a letter would be another name on its way back.
    short = [...short].slice(0, -1).join("");
  }
  return short;
}
