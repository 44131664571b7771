import { codes, isPattern, matchesPattern, nameOf, parentOf, parseListingRequest, reply } from "@twinport/protocol";
import { ListingSource } from "./listing-source.ts";
import { statIfThere } from "./stat-if-there.ts";
import type { Entry, Reply, Verb, VirtualPath } from "@twinport/protocol";
import type { Storage } from "@twinport/storage";
import type { Session } from "./session.ts";

/** What LIST and NLST differ in. */
export interface ListingRequest {
  readonly verb: "LIST" | "NLST";
  readonly path: VirtualPath;
  /** As it was written: its options, and how the path began. */
  readonly argument: string;
  readonly wanted: "facts" | "names";
  readonly format: (entry: Entry) => string;
}

/** What {@link sendEntries} sends. */
export interface EntriesToSend {
  readonly verb: Verb;
  readonly path: VirtualPath;
  readonly entries: AsyncIterable<readonly Entry[]>;
  readonly format: (entry: Entry) => string;
}

/** Lists a folder, a file, or what matches a pattern in the last name of the path. */
export async function listing(session: Session, request: ListingRequest): Promise<Reply> {
  const { verb, path, wanted, format } = request;
  const { path: written } = parseListingRequest(request.argument);
  const found = await entriesOf(session.storage, path, written, wanted);
  if (!found) return reply(codes.fileUnavailable, "Nothing is there.");
  return sendEntries(session, { verb, path, entries: found, format });
}

/** Sends a line for each entry. */
export async function sendEntries(session: Session, { verb, path, entries, format }: EntriesToSend): Promise<Reply> {
  const source = new ListingSource(linesOf(entries, format), session.charset);
  try {
    return await session.sendFile({ verb, path, title: "Here is the list.", source });
  } finally {
    await source.close();
  }
}

/** The lines of batches of entries, a batch at a time. */
async function* linesOf(
  batches: AsyncIterable<readonly Entry[]>,
  format: (entry: Entry) => string,
): AsyncGenerator<string[]> {
  for await (const batch of batches) yield batch.map(format);
}

async function entriesOf(
  storage: Storage,
  path: VirtualPath,
  written: string,
  wanted: "facts" | "names",
): Promise<AsyncIterable<readonly Entry[]> | undefined> {
  const entry = await statIfThere(storage, path);
  if (entry?.kind === "directory") return storage.list(path, wanted);
  // What was written comes back, so that it can be asked for again.
  const prefix = written.slice(0, written.lastIndexOf("/") + 1);
  if (entry) return one({ ...entry, name: prefix + nameOf(path) });
  const pattern = nameOf(path);
  const folder = isPattern(pattern) ? await statIfThere(storage, parentOf(path)) : undefined;
  if (folder?.kind !== "directory") return undefined;
  return matching(storage.list(parentOf(path), wanted), pattern, prefix);
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
