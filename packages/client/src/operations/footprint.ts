import { modifiedOf, sizeOf } from "./stat.ts";
import type { ClientCore } from "../core.ts";

/** What stood at a path before it was written to; `not-known` where the server does not say. */
export type Footprint = { readonly size: number; readonly modified: number | undefined } | "nothing" | "not-known";

/** Asks what stands at a path. */
export async function footprintOf(core: ClientCore, path: string, signal: AbortSignal): Promise<Footprint> {
  const size = await sizeOf(core, path, signal);
  if (size !== undefined) return { size, modified: (await modifiedOf(core, path, signal))?.at };
  return (await core.session(signal)).refusedListings.has("SIZE") ? "not-known" : "nothing";
}

/**
 * Whether what stands at a path now is what we have written there, and not what stood there before: a server may show
 * that until an upload is whole, or may have lost the upload before it touched the file.
 */
export async function isOurs(
  core: ClientCore,
  path: string,
  size: number,
  before: Footprint,
  signal: AbortSignal,
): Promise<boolean> {
  if (before === "nothing") return true;
  if (before === "not-known") return false;
  if (size !== before.size) return true;
  const modified = (await modifiedOf(core, path, signal))?.at;
  return modified !== undefined && before.modified !== undefined && modified !== before.modified;
}
