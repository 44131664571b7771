import type { BigIntStats } from "node:fs";

/** Another text where a file is another one, or has been written to: a rename, a link that was changed, a write in place. */
export function fileVersion({
  ino,
  size,
  mtimeNs,
  ctimeNs,
}: Pick<BigIntStats, "ino" | "size" | "mtimeNs" | "ctimeNs">): string {
  return [ino, size, mtimeNs, ctimeNs].join(":");
}
