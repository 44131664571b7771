/** How exactly a time was told. */
export type TimePrecision = "millisecond" | "second" | "minute" | "day";

/** When something was modified, as the server told it. */
export interface RemoteTime {
  /** Milliseconds since 1970; where the zone is the server's, as if the text had been UTC. */
  readonly at: number;
  readonly precision: TimePrecision;
  /** `server`: the text is in the server's zone, which no listing tells. */
  readonly zone: "utc" | "server";
}

/** One thing in a folder, as far as the server's listing tells. What it does not tell is absent. */
export interface RemoteEntry {
  /**
   * One name without slash, CR, LF and NUL. All else may be in it: control bytes, which are for whoever prints it to
   * make visible, and backslashes, colons and the like, which are for whoever writes it to a disk of Windows to refuse.
   */
  readonly name: string;
  readonly kind: "file" | "directory" | "link" | "other" | "unknown";
  /** Bytes. Blocks, records and rounded sizes are not told as bytes. */
  readonly size?: number;
  readonly modified?: RemoteTime;
  /** Unix permission bits with setuid, setgid and sticky. */
  readonly mode?: number;
  readonly owner?: string;
  readonly group?: string;
  /** Hard links. */
  readonly links?: number;
  /** Where a link leads, as the server wrote it. */
  readonly target?: string;
  /** The same for two names of one file (RFC 3659 §7.5.2). */
  readonly unique?: string;
  /** What the account may do with it (RFC 3659 §7.5.5). */
  readonly perm?: string;
  /** All the facts of MLST and MLSD, their names in lower case. */
  readonly facts?: ReadonlyMap<string, string>;
  /** The line as it came; two lines have a line end between them. */
  readonly raw: string;
}

/** A line of a listing that gave no entry. */
export interface ListingProblem {
  /** Its beginning, at most 200 characters, fit to be printed. */
  readonly line: string;
  /** The first line has number 1. */
  readonly number: number;
  readonly because: "not-understood" | "name-unsafe" | "line-too-long" | "not-text";
}

/** An entry before what is not told is left out. */
export type ToldEntry = Pick<RemoteEntry, "name" | "kind" | "raw"> & {
  readonly [Key in keyof RemoteEntry]?: RemoteEntry[Key] | undefined;
};

/** The entry with only what was told. */
export function remoteEntry(told: ToldEntry): RemoteEntry {
  const entry: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(told)) if (value !== undefined) entry[key] = value;
  return entry as unknown as RemoteEntry;
}

/** Whether a name is one of this folder: a server that sends another wants to have something else overwritten. */
export function isNameInFolder(name: string): boolean {
  // eslint-disable-next-line no-control-regex -- NUL ends a name for the system, whatever follows
  return name !== "" && name !== "." && name !== ".." && !/[/\r\n\u0000]/.test(name);
}
