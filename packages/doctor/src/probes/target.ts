import { ListingReader, utf8 } from "@twinport/protocol";
import { ClientError } from "@twinport/client";
import { saidOf } from "./notes.ts";
import type { Client } from "@twinport/client";
import type { RemoteEntry } from "@twinport/protocol";
import type { Examination } from "./examination.ts";

/** What is moved to see whether anything moves. */
export interface Target {
  readonly moves: "listing" | "file";
  /** The file. */
  readonly path?: string;
}

/** Fewer bytes come in one small packet. */
const LEAST_BULK = 4096;

/** What a bulk file should have: enough to see packets of all sizes, and soon over. */
const BEST_BULK = 64 * 1024;

/**
 * Goes where the URL leads, and says what is there to be moved. What is not there is no matter of the network: then it
 * is the login folder.
 */
export async function targetOf(client: Client, { path, isFolder, signal, notes }: Examination): Promise<Target> {
  if (path === "") return { moves: "listing" };
  if (!isFolder) {
    const size = await client.size(path, { signal });
    if (size !== undefined) return { moves: "file", path };
  }
  try {
    await client.changeDirectory(path, { signal });
  } catch (error) {
    const isRefusal = error instanceof ClientError && (error.code === "refused" || error.code === "not-supported");
    if (!isRefusal) throw error;
    if (error.reply) notes.elsewhere = saidOf(error.reply);
  }
  return { moves: "listing" };
}

/** What is in a listing. */
export function entriesOf(listing: Uint8Array): RemoteEntry[] {
  const reader = new ListingReader({ kind: "list", decode: (bytes) => utf8.decode(bytes), now: Date.now() });
  return [...reader.take(listing), ...reader.end()];
}

/** The file that shows best whether large packets pass. */
export function bulkFileOf(entries: readonly RemoteEntry[]): string | undefined {
  const far = ({ size = 0 }: RemoteEntry): number => Math.abs(Math.log(size / BEST_BULK));
  const files = entries.filter(({ kind, size = 0 }) => kind === "file" && size >= LEAST_BULK);
  return files.toSorted((one, other) => far(one) - far(other))[0]?.name;
}
