import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { UsageError } from "../../usage-error.ts";
import { lastNameOf } from "./remote-url.ts";
import type { ClientMessages } from "../../messages/client-en.ts";
import type { RemoteUrl } from "./remote-url.ts";

/** Where downloads go: each finds its file there. */
export type LocalPlace = (url: RemoteUrl) => string;

/**
 * Where so many downloads go: into a folder, which is one that is there or ends with a slash and is made then, or into one
 * file.
 *
 * @throws {UsageError}
 */
export async function localPlace(local: string, count: number, say: ClientMessages): Promise<LocalPlace> {
  const isMeantAsFolder = /[/\\]$/.test(local) && (local.endsWith("/") || path.sep === "\\");
  const isFolder = isMeantAsFolder || ((await stat(local).catch(() => undefined))?.isDirectory() ?? false);
  if (!isFolder && count > 1) throw new UsageError(say.usage.manyToOne(local));
  if (isMeantAsFolder) await mkdir(local, { recursive: true });
  return (url) => {
    const name = lastNameOf(url.path);
    if (url.isFolder || name === undefined) throw new UsageError(say.usage.namesAFolder(url.shown));
    return isFolder ? path.join(local, name) : local;
  };
}
