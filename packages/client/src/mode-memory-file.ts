import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { ModeCommand } from "@twinport/protocol";
import type { ModeMemory, ModeRoute, RememberedMode } from "./mode-memory.ts";

/** What worked, kept in a file: later programs begin with it. */
export interface FileModeMemory extends ModeMemory {
  /** All that is known and has not expired, what was learned last first. */
  list(): Promise<readonly RememberedMode[]>;
  /**
   * Forgets one route, all of a server, or all.
   *
   * @param what a route; a host, with or without its port; or nothing for all
   */
  forget(what?: ModeRoute | string): Promise<void>;
}

/** What stands in the file. */
interface Kept {
  readonly version: 1;
  readonly modes: readonly RememberedMode[];
}

const MOST = 1000;

const modeCommands: readonly ModeCommand[] = ["epsv", "pasv", "eprt", "port"];

/** Bytes of a file with as many entries as there may be, and long names; what is longer is not ours. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Memories of one process that have the same file wait for each other. */
const turns = new Map<string, Promise<unknown>>();

/**
 * Remembers in a JSON file, readable by nobody else. The file is read again before each change and put in place by a
 * rename, so that programs that run at the same time lose nothing but what both learn in the same instant. A file that is
 * broken, or somebody else's, counts as empty, and is replaced.
 */
export function fileModeMemory(path: string, { now = Date.now }: { readonly now?: () => number } = {}): FileModeMemory {
  const change = (how: (modes: readonly RememberedMode[]) => readonly RememberedMode[]): Promise<void> =>
    inTurn(path, async () => {
      const known = await read(path, now());
      const changed = how(known);
      if (changed !== known) await write(path, { version: 1, modes: changed.slice(0, MOST) });
    });
  return {
    async recall(route, at) {
      return (await read(path, at)).find((mode) => isSame(mode, route));
    },
    remember: (mode) => change((modes) => [plain(mode), ...modes.filter((one) => !isSame(one, mode))]),
    forget: (what) =>
      change((modes) => {
        const left = modes.filter((mode) => !isMeant(mode, what));
        return left.length === modes.length ? modes : left;
      }),
    list: () => read(path, now()),
  };
}

function isSame(one: ModeRoute, other: ModeRoute): boolean {
  return one.server === other.server && one.network === other.network;
}

function isMeant(mode: RememberedMode, what: ModeRoute | string | undefined): boolean {
  if (what === undefined) return true;
  if (typeof what !== "string") return isSame(mode, what);
  const host = mode.server.replace(/:\d+$/, "");
  return [mode.server, host, host.replace(/^\[|\]$/g, "")].some((name) => name.toLowerCase() === what.toLowerCase());
}

/** Only what is ours to keep: an object may bring more. */
function plain({ server, network, mode, because, learned, expires }: RememberedMode): RememberedMode {
  return { server, network, mode, because, learned, expires };
}

async function read(path: string, at: number): Promise<readonly RememberedMode[]> {
  try {
    if ((await stat(path)).size > MOST_BYTES) return [];
    const kept: unknown = JSON.parse(await readFile(path, "utf8"));
    if (!isKept(kept)) return [];
    return kept.modes.filter((mode) => isMode(mode) && mode.expires > at).slice(0, MOST);
  } catch {
    // Not there, not readable, no JSON: nothing is known, and the mode is found out as if for the first time.
    return [];
  }
}

function isKept(value: unknown): value is Kept {
  if (typeof value !== "object" || value === null) return false;
  return "version" in value && value.version === 1 && "modes" in value && Array.isArray(value.modes);
}

function isMode(value: unknown): value is RememberedMode {
  if (typeof value !== "object" || value === null) return false;
  const { server, network, mode, because, learned, expires } = value as Partial<Record<keyof RememberedMode, unknown>>;
  return (
    typeof server === "string" &&
    typeof network === "string" &&
    modeCommands.includes(mode as ModeCommand) &&
    Array.isArray(because) &&
    because.every((reason) => typeof reason === "string") &&
    Number.isFinite(learned) &&
    Number.isFinite(expires)
  );
}

async function write(path: string, kept: Kept): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    const file = await open(fresh, "wx", 0o600);
    try {
      await file.writeFile(`${JSON.stringify(kept, undefined, 1)}\n`);
    } finally {
      await file.close();
    }
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

function inTurn<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const run = (turns.get(path) ?? Promise.resolve()).then(work);
  const over: Promise<void> = run.then(
    () => leave(),
    () => leave(),
  );
  const leave = (): void => {
    if (turns.get(path) === over) turns.delete(path);
  };
  turns.set(path, over);
  return run;
}
