import type { RemoteEntry, ToldEntry } from "./remote-entry.ts";
import { remoteEntry } from "./remote-entry.ts";

/** Who writes listings like this. */
export type ListingDialect =
  | "facts"
  | "unix"
  | "dos"
  | "eplf"
  | "netware"
  | "vms"
  | "ibm-i"
  | "mvs"
  | "jes"
  | "vm"
  | "nonstop"
  | "os2"
  | "os9"
  | "vxworks"
  | "connect-enterprise"
  | "wfftp"
  | "vshell"
  | "names";

/** What lines above say about lines below. */
export interface ListingContext {
  readonly now: number;
  /** What a header has announced, where its lines cannot be known by themselves. */
  table?: "mvs-members" | "mvs-modules" | "jes";
  /** Of `03/04/24`, once a line has shown it: no folder has dates in two orders. */
  dateOrder?: "day-first" | "month-first";
}

/** What a line is to a dialect. */
export type LineMeaning =
  | { readonly kind: "entry"; readonly entry: RemoteEntry }
  /** A header, a footer, the folder itself. */
  | { readonly kind: "nothing" }
  /** `sub:`, above the lines of one folder of several. */
  | { readonly kind: "folder" }
  /** The next line is its second half. */
  | { readonly kind: "half" };

/** Reads one line; undefined for a line of another dialect. */
export type ReadLine = (line: string, context: ListingContext) => LineMeaning | undefined;

export const NOTHING_LISTED: LineMeaning = { kind: "nothing" };

/** An entry as the meaning of its line. */
export function listed(told: ToldEntry): LineMeaning {
  return { kind: "entry", entry: remoteEntry(told) };
}

/** A size in bytes; undefined where it is no number or one that JavaScript cannot hold. */
export function bytesOf(digits: string | undefined): number | undefined {
  const size = digits === undefined || !/^\d+$/.test(digits) ? Number.NaN : Number(digits);
  return Number.isSafeInteger(size) ? size : undefined;
}
