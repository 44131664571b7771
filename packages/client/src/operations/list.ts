import { ListingReader } from "@twinport/protocol";
import { ClientError } from "../errors.ts";
import { commandLine } from "../conversation.ts";
import { ProgressMeter } from "../progress.ts";
import { explain } from "./not-found.ts";
import { inZone } from "./zone.ts";
import { isFolder } from "./is-folder.ts";
import { knowSystem } from "./know-system.ts";
import type { RemoteEntry } from "@twinport/protocol";
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
  readonly onProgress?: ProgressListener;
}

const MAX_BYTES = 64 * 1024 * 1024;

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
  const list = (flags: "" | "-a"): Promise<RemoteEntry[]> => {
    if (isPlain)
      return listBy(core, "LIST", [flags, path].filter((word) => word !== "").join(" "), options, signal, path);
    return inFolder(core, path, signal, () => listBy(core, "LIST", flags, options, signal, path));
  };
  if (!wantsHidden) return await list("");
  try {
    const entries = await list("-a");
    // A server that takes the option for a name finds nothing there.
    if (entries.length > 0) return entries;
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
  return entries;
}

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
  const most = options.maxBytes ?? MAX_BYTES;
  const meter = new ProgressMeter(options.onProgress, core.context.clock, { path, direction: "list" });
  let reading: Reading | undefined;
  const plan: TransferPlan = {
    verb,
    ...(argument !== "" && { argument }),
    // ASCII is what the RFC has for listings; but each change of type is a command, and the lines are read in both.
    type: "either",
    body: {
      direction: "receive",
      sink: (session) => (reading = new Reading(core, session, verb, argument, most)),
    },
    offset: () => 0,
    onMoved: meter.moved,
    again: () => {
      meter.begin(0);
      return true;
    },
    // Without the end of TLS a listing is whole if the server says so: many servers never say that end.
    settle: (_session, _moved, missing) => (missing === "tls-end" ? "whole" : "not-known"),
  };
  try {
    await core.transfer(plan, signal);
  } catch (error) {
    throw await explain(core, error, path, signal);
  }
  meter.end();
  // A server may say 226 for an empty folder and send nothing at all.
  return reading?.result() ?? [];
}

/** Reads one listing, once. */
class Reading implements ByteSink {
  readonly #core: ClientCore;
  readonly #reader: ListingReader;
  readonly #most: number;
  #size = 0;
  #entries: RemoteEntry[] = [];

  constructor(core: ClientCore, { conversation, system }: Session, verb: ListVerb, asked: string, most: number) {
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
    if (this.#size > this.#most) throw new ClientError("listing-too-long", { limit: `${this.#most} bytes` });
    for (const entry of this.#reader.take(bytes)) this.#entries.push(entry);
  }

  result(): RemoteEntry[] {
    this.#entries.push(...this.#reader.end());
    for (const { line, because } of this.#reader.problems) {
      this.#core.context.warn({ code: "listing-line-not-understood", facts: { line, because } });
    }
    return this.#entries;
  }
}
