import { ListingReader } from "@twinport/protocol";
import { ClientError, said } from "../errors.ts";
import { commandLine } from "../conversation.ts";
import { ProgressMeter } from "../progress.ts";
import { explain } from "./not-found.ts";
import { inZone } from "./zone.ts";
import { isFolder } from "./is-folder.ts";
import { knowSystem } from "./know-system.ts";
import type { RemoteEntry, Reply } from "@twinport/protocol";
import type { ByteSink } from "@twinport/channel";
import type { ClientCore } from "../core.ts";
import type { ProgressListener } from "../progress.ts";
import type { Session } from "../session.ts";
import type { TransferPlan } from "../transfer-plan.ts";

/** What can be asked of a listing. */
export interface ListOptions {
  readonly signal?: AbortSignal;
  /** Also names that begin with a dot, where the server leaves them out of LIST (default true). */
  readonly hidden?: boolean;
  /** Bytes that the listing may have (default 64 MiB). */
  readonly maxBytes?: number;
  /** Names that it may have (default a million): of a short line more is kept than came. */
  readonly maxEntries?: number;
  readonly onProgress?: ProgressListener;
}

const LF = 0x0a;

/** What a server says in a reply that counts as done, when it has not read the folder. */
const saysUnread =
  /fail(?:ed|ure)? to (?:open|read)|(?:cannot|can't|could not|unable to) (?:open|read)|permission denied/i;

const MAX_BYTES = 64 * 1024 * 1024;
const MAX_ENTRIES = 1_000_000;

type ListVerb = "MLSD" | "LIST" | "NLST";

/**
 * What is in a folder, by MLSD where the server has it, else by LIST.
 *
 * @throws {ClientError} `not-found`, `refused`, `listing-too-long`, and what transfers throw
 */
export async function listFolder(
  core: ClientCore,
  path: string,
  options: ListOptions,
  signal: AbortSignal,
): Promise<RemoteEntry[]> {
  commandLine("LIST", path);
  const session = await core.session(signal);
  const hasFacts = session.features.has("MLST") || session.features.has("MLSD");
  if (hasFacts && !session.refusedListings.has("MLSD")) {
    try {
      return await listBy(core, "MLSD", path, options, signal);
    } catch (error) {
      if (!isNotKnown(error)) throw error;
      session.refusedListings.add("MLSD");
    }
  }
  const known = await knowSystem(core, signal);
  if (known.quirks.noListOptions) known.refusedListings.add("LIST -a");
  const entries = await listByList(core, known, path, options, signal);
  return await inZone(core, path, entries, signal);
}

/** The names in a folder, by NLST. */
export async function listNames(
  core: ClientCore,
  path: string,
  options: ListOptions,
  signal: AbortSignal,
): Promise<string[]> {
  try {
    return (await listBy(core, "NLST", path, options, signal)).map(({ name }) => name);
  } catch (error) {
    if (saysEmpty(error)) return [];
    throw error;
  }
}

async function listByList(
  core: ClientCore,
  session: Session,
  path: string,
  options: ListOptions,
  signal: AbortSignal,
): Promise<RemoteEntry[]> {
  const wantsHidden = (options.hidden ?? true) && !session.refusedListings.has("LIST -a");
  // What servers would read as options, as a pattern, or as two names, is gone to instead.
  const isPlain = /^[\w./~@+,%=:-]*$/.test(path) && !/(?:^|\/)-/.test(path);
  const listWith = (flags: "" | "-a"): Promise<RemoteEntry[]> => {
    if (isPlain)
      return listBy(core, "LIST", [flags, path].filter((word) => word !== "").join(" "), options, signal, path);
    return inFolder(core, path, signal, () => listBy(core, "LIST", flags, options, signal, path));
  };
  const list = async (flags: "" | "-a"): Promise<RemoteEntry[]> => {
    try {
      return await listWith(flags);
    } catch (error) {
      // vsftpd says the same of what it may not read and of what is not there.
      const isUnread = isRefusal(error) && error.reply !== undefined && error.reply.code < 300;
      if (!isUnread || path === "" || (await isFolder(core, path, signal))) throw error;
      throw new ClientError("not-found", { path, said: said(error.reply) }, { reply: error.reply, cause: error });
    }
  };
  if (!wantsHidden) return await expectContent(core, path, await list(""), signal);
  try {
    const entries = await list("-a");
    // A server that takes the option for a name finds nothing there.
    if (entries.length > 0) return await expectContent(core, path, entries, signal);
  } catch (error) {
    // It may be the option that is not found.
    const isOfOption = isRefusal(error) || (error instanceof ClientError && error.code === "not-found");
    if (!isOfOption) throw error;
  }
  const entries = await list("");
  if (entries.length > 0) session.refusedListings.add("LIST -a");
  else if (path !== "" && !(await isFolder(core, path, signal))) {
    // Some servers (vsftpd) list nothing of what is not there, and find that in order.
    throw new ClientError("not-found", { path, said: "the server lists nothing, and there is no way in" });
  }
  return await expectContent(core, path, entries, signal);
}

/**
 * What is in a folder, and not the folder: one that it may not read vsftpd lists like a file, as the one name in itself.
 *
 * @throws {ClientError} `refused`
 */
async function expectContent(
  core: ClientCore,
  path: string,
  entries: RemoteEntry[],
  signal: AbortSignal,
): Promise<RemoteEntry[]> {
  const [only] = entries;
  const isLikeIt = entries.length === 1 && only?.kind === "directory" && only.name === lastComponent(path);
  if (!isLikeIt || (await isFolder(core, `${path.replace(/\/+$/, "")}/${only.name}`, signal))) return entries;
  throw new ClientError("refused", { command: `LIST ${path}`, said: "it lists the folder, and not what is in it" });
}

const lastComponent = (path: string): string => path.replace(/\/+$/, "").replace(/^.*\//s, "");

/** Does something in a folder, and comes back. */
async function inFolder<Result>(
  core: ClientCore,
  path: string,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  if (path === "" || path === ".") return await work();
  const home = await core.whereAmI(signal);
  await core.changeFolder(path, signal);
  try {
    return await work();
  } finally {
    const goes = core.standing ? core.changeFolder(home, signal) : Promise.reject(new ClientError("closed"));
    // Then a new login does.
    await goes.catch(() => {
      core.folder = home;
      if (core.standing) core.drop(core.standing);
    });
  }
}

/** Some servers refuse to list where there is nothing to be listed. */
function saysEmpty(error: unknown): boolean {
  if (!(error instanceof ClientError) || !error.reply) return false;
  const { code, lines } = error.reply;
  return (code === 450 || code === 550) && /no files|no such files|empty/i.test(lines.join(" "));
}

/** The server says no to the command, and not to a way for its data. */
function isRefusal(error: unknown): error is ClientError {
  return error instanceof ClientError && (error.code === "refused" || error.code === "not-supported");
}

function isNotKnown(error: unknown): boolean {
  const code = isRefusal(error) ? error.reply?.code : undefined;
  return code === 500 || code === 501 || code === 502 || code === 504;
}

async function listBy(
  core: ClientCore,
  verb: ListVerb,
  argument: string,
  options: ListOptions,
  signal: AbortSignal,
  path: string = argument,
): Promise<RemoteEntry[]> {
  const { maxBytes = MAX_BYTES, maxEntries = MAX_ENTRIES } = options;
  const meter = new ProgressMeter(options.onProgress, core.context.clock, { path, direction: "list" });
  let reading: Reading | undefined;
  const plan: TransferPlan = {
    verb,
    ...(argument !== "" && { argument }),
    // ASCII is what the RFC has for listings; but each change of type is a command, and the lines are read in both.
    type: "either",
    body: {
      direction: "receive",
      sink: (session) => (reading = new Reading(core, session, verb, argument, { maxBytes, maxEntries })),
    },
    offset: () => 0,
    onMoved: meter.moved,
    again: () => {
      meter.begin(0);
      return true;
    },
    // Without the end of TLS a listing is whole if the server says so, and no line is cut: many never say that end.
    settle: (_session, _moved, missing) => {
      if (missing !== "tls-end") return "not-known";
      return reading?.isCut === true ? "not-whole" : "whole";
    },
  };
  let reply: Reply | undefined;
  try {
    reply = (await core.transfer(plan, signal)).reply;
  } catch (error) {
    throw await explain(core, error, path, signal);
  }
  meter.end();
  // A server may say 226 for an empty folder and send nothing at all.
  const entries = reading?.result() ?? [];
  // vsftpd: "Transfer done (but failed to open directory)". A folder that nobody may read is not an empty one.
  if (reply && entries.length === 0 && saysUnread.test(reply.lines.join(" ")))
    throw new ClientError("refused", { command: `${verb} ${path}`, said: said(reply) }, { reply });
  return entries;
}

/** What one listing may have. */
type Most = Required<Pick<ListOptions, "maxBytes" | "maxEntries">>;

/** Reads one listing, once. */
class Reading implements ByteSink {
  readonly #core: ClientCore;
  readonly #reader: ListingReader;
  readonly #most: Most;
  #size = 0;
  #last = LF;
  #entries: RemoteEntry[] = [];

  constructor(core: ClientCore, { conversation, system }: Session, verb: ListVerb, asked: string, most: Most) {
    this.#core = core;
    this.#most = most;
    this.#reader = new ListingReader({
      kind: verb === "MLSD" ? "facts" : verb === "LIST" ? "list" : "names",
      decode: (bytes) => conversation.decode(bytes),
      now: core.context.clock.now(),
      asked,
      ...(system !== undefined && { system }),
    });
  }

  write(bytes: Uint8Array): void {
    this.#size += bytes.length;
    this.#last = bytes.at(-1) ?? this.#last;
    const { maxBytes, maxEntries } = this.#most;
    if (this.#size > maxBytes) throw new ClientError("listing-too-long", { limit: `${maxBytes} bytes` });
    for (const entry of this.#reader.take(bytes)) this.#entries.push(entry);
    if (this.#entries.length > maxEntries) throw new ClientError("listing-too-long", { limit: `${maxEntries} names` });
  }

  /** Its last line has no end. */
  get isCut(): boolean {
    return this.#last !== LF;
  }

  result(): RemoteEntry[] {
    this.#entries.push(...this.#reader.end());
    for (const { line, because } of this.#reader.problems) {
      this.#core.context.warn({ code: "listing-line-not-understood", facts: { line, because } });
    }
    const more = this.#reader.problemCount - this.#reader.problems.length;
    if (more > 0)
      this.#core.context.warn({ code: "listing-line-not-understood", facts: { line: "", because: `${more} more` } });
    return this.#entries;
  }
}
