import { codes, formatUnixLine, parentOf, parseListingRequest, reply, visible } from "@twinport/protocol";
import { ListingSource } from "./listing-source.ts";
import { inOrder, orderOf } from "./order.ts";
import { isPatternPath, matching } from "./matching.ts";
import { inTurns } from "./turns.ts";
import { tree } from "./tree.ts";
import { statIfThere } from "../stat-if-there.ts";
import type { Entry, Reply, Verb, VirtualPath } from "@twinport/protocol";
import type { Session } from "../session.ts";

/** What LIST and NLST differ in: how a line is written where no option says otherwise. */
export interface Listing {
  readonly verb: "LIST" | "NLST";
  readonly path: VirtualPath;
  /** As it was written: its options, and how the path began. */
  readonly argument: string;
}

/** Entries of one folder, or of one name, as they come. */
export type Batches = AsyncIterable<readonly Entry[]>;

/**
 * Lists a folder, a file, or what matches patterns in the path. Options are those of `ls`: `a` with the folder itself and
 * the one above, `d` the folder and not what is in it, `l` with all facts and `1` names only, `R` with all that is below,
 * `t` the newest first, `S` the largest, `r` the other way round. Names that begin with a dot are always listed, as
 * MLSD does.
 */
export async function listing(session: Session, request: Listing): Promise<Reply> {
  const found = await listed(session, request);
  if (!found) return reply(codes.fileUnavailable, "Nothing is there.");
  return sendLines(session, request.verb, request.path, found.lines);
}

/** The lines of a list, and whether they are of what is in a folder; undefined where nothing is there. */
export async function listed(
  session: Session,
  { verb, path, argument }: Pick<Listing, "path" | "argument"> & { readonly verb: Verb },
): Promise<{ readonly lines: AsyncIterable<readonly string[]>; readonly isFolder: boolean } | undefined> {
  const { options, path: written } = parseListingRequest(argument);
  const isLong = options.has("l") || (verb !== "NLST" && !options.has("1"));
  const order = orderOf(options);
  const wanted = isLong || order || options.has("R") ? "facts" : "names";
  const format = isLong ? longFormat(session) : (entry: Entry) => visible(entry.name);
  const write = (entries: Batches): AsyncIterable<readonly string[]> =>
    linesOf(order ? inOrder(entries, order, session.services.heldEntries) : entries, format);
  const found = await statIfThere(session.storage, path);
  if (found?.kind === "directory" && !options.has("d")) {
    const inFolder = (folder: VirtualPath): Batches => folderEntries(session, folder, wanted, options.has("a"));
    const lines = options.has("R") ? tree(session, path, written, inFolder, write) : write(inFolder(path));
    return { lines, isFolder: true };
  }
  // What was written comes back, so that it can be asked for again.
  if (found) return { lines: write(one({ ...found, name: written || "." })), isFolder: false };
  if (!isPatternPath(path)) return undefined;
  return { lines: write(matching(session, path, written, wanted)), isFolder: false };
}

/** Sends a line for each entry. */
export function sendEntries(
  session: Session,
  verb: Verb,
  path: VirtualPath,
  entries: Batches,
  format: (entry: Entry) => string,
): Promise<Reply> {
  return sendLines(session, verb, path, linesOf(entries, format));
}

async function sendLines(
  session: Session,
  verb: Verb,
  path: VirtualPath,
  lines: AsyncIterable<readonly string[]>,
): Promise<Reply> {
  const source = new ListingSource(lines[Symbol.asyncIterator](), session.charset);
  try {
    return await session.undertaking.send({ verb, path, title: "Here is the list.", source });
  } finally {
    await source.close();
  }
}

/** The lines of batches of entries, a batch at a time. */
async function* linesOf(batches: Batches, format: (entry: Entry) => string): AsyncGenerator<readonly string[]> {
  for await (const batch of batches) yield await inTurns(batch, format);
}

function longFormat(session: Session): (entry: Entry) => string {
  const now = session.services.settings.clock.now();
  return (entry) => formatUnixLine(entry, now);
}

async function* folderEntries(
  session: Session,
  folder: VirtualPath,
  wanted: "facts" | "names",
  withItself: boolean,
): AsyncGenerator<readonly Entry[]> {
  const { storage } = session;
  if (withItself) {
    const [itself, above] = await Promise.all([storage.stat(folder), storage.stat(parentOf(folder))]);
    yield [
      { ...itself, name: "." },
      { ...above, name: ".." },
    ];
  }
  yield* storage.list(folder, wanted);
}

async function* one(entry: Entry): AsyncGenerator<readonly Entry[]> {
  yield [entry];
}
