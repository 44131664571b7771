import { codes, isPattern, matchesPattern, nameOf, parentOf, parseListingRequest, reply } from "@twinport/protocol";
import { ListingSource } from "./listing-source.ts";
import type { Entry, Reply, VirtualPath } from "@twinport/protocol";
import type { Session } from "./session.ts";

/** What LIST and NLST differ in. */
export interface ListingRequest {
  readonly verb: "LIST" | "NLST";
  readonly argument: string;
  readonly wanted: "facts" | "names";
  readonly format: (entry: Entry) => string;
}

/** Lists a folder, a file, or what matches a pattern in the last name of the path. */
export async function listing(session: Session, request: ListingRequest): Promise<Reply> {
  const { path: written } = parseListingRequest(request.argument);
  const allowed = session.allow(written === "" ? "." : written, "list");
  if ("refused" in allowed) return allowed.refused;
  const { path } = allowed;
  const found = await entriesOf(session, path, written, request.wanted);
  if (!found) return reply(codes.fileUnavailable, "Nothing is there.");
  const source = new ListingSource(linesOf(found, request.format), session.charset);
  try {
    return await session.sendFile({ verb: request.verb, path, title: "Here is the list.", source });
  } finally {
    await source.close();
  }
}

/** The lines of batches of entries, a batch at a time. */
export async function* linesOf(
  batches: AsyncIterable<readonly Entry[]>,
  format: (entry: Entry) => string,
): AsyncGenerator<string[]> {
  for await (const batch of batches) yield batch.map(format);
}

async function entriesOf(
  session: Session,
  path: VirtualPath,
  written: string,
  wanted: "facts" | "names",
): Promise<AsyncIterable<readonly Entry[]> | undefined> {
  const { storage } = session;
  const entry = await statOrNothing(session, path);
  if (entry?.kind === "directory") return storage.list(path, wanted);
  // What was written comes back, so that it can be asked for again.
  const prefix = written.slice(0, written.lastIndexOf("/") + 1);
  if (entry) return one({ ...entry, name: prefix + nameOf(path) });
  const pattern = nameOf(path);
  const folder = isPattern(pattern) ? await statOrNothing(session, parentOf(path)) : undefined;
  if (folder?.kind !== "directory") return undefined;
  return matching(storage.list(parentOf(path), wanted), pattern, prefix);
}

async function statOrNothing(session: Session, path: VirtualPath): Promise<Entry | undefined> {
  try {
    return await session.storage.stat(path);
  } catch {
    return undefined;
  }
}

async function* one(entry: Entry): AsyncGenerator<readonly Entry[]> {
  yield [entry];
}

async function* matching(
  batches: AsyncIterable<readonly Entry[]>,
  pattern: string,
  prefix: string,
): AsyncGenerator<readonly Entry[]> {
  for await (const batch of batches) {
    yield batch
      .filter((entry) => matchesPattern(pattern, entry.name))
      .map((entry) => ({ ...entry, name: prefix + entry.name }));
  }
}
