import { ClientError } from "@twinport/client";
import type { Pool } from "@twinport/client";

/** Why a server did not take a file. */
export interface PutRefusal {
  /** A folder stands at the path. */
  readonly isFolder: boolean;
  /** What to tell. */
  readonly error: unknown;
}

/**
 * Finds out why a file was refused. Servers have the same number for a folder that stands there, for one that is missing
 * above it, and for what the account may not do.
 */
export async function putRefusal(server: Pool, to: string, error: unknown, signal: AbortSignal): Promise<PutRefusal> {
  const asItIs = { isFolder: false, error };
  if (!(error instanceof ClientError) || (error.reply?.code ?? 0) < 500) return asItIs;
  const { code, reply, attempts, cause, facts } = error;
  if (code !== "refused" && code !== "not-found") return asItIs;
  if ((await kindAt(server, to, signal)) === "directory") return { isFolder: true, error };
  const folder = to.replace(/\/?[^/]*$/, "");
  const above = folder === "" ? "directory" : await kindAt(server, folder, signal);
  if (code === "refused" && above === "nothing") {
    const told = { ...facts, path: folder };
    return { isFolder: false, error: new ClientError("not-found", told, { reply, attempts, cause: error }) };
  }
  // That the file is not there yet is how it should be: the server says no.
  const isNo = code === "not-found" && above === "directory" && cause instanceof ClientError;
  return isNo ? { isFolder: false, error: cause } : asItIs;
}

async function kindAt(server: Pool, path: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await server.stat(path, { signal })).kind;
  } catch (error) {
    return error instanceof ClientError && error.code === "not-found" ? "nothing" : undefined;
  }
}
