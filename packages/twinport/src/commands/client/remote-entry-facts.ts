import type { RemoteEntry, RemoteTime } from "@twinport/protocol";

/** What a program is told of an entry. */
export function entryFacts(entry: RemoteEntry): Record<string, unknown> {
  const { name, kind, size, modified, mode, owner, group, target } = entry;
  return {
    name,
    kind,
    size: size ?? null,
    modified: modified ? isoTime(modified) : null,
    ...(modified && { precision: modified.precision, zone: modified.zone }),
    ...(mode !== undefined && { mode: formatBits(mode) }),
    ...(owner !== undefined && { owner }),
    ...(group !== undefined && { group }),
    ...(target !== undefined && { target }),
  };
}

/** ISO 8601: in UTC with a `Z`; a time of the server's own zone, which nobody has told, has none. */
export function isoTime({ at, precision, zone }: RemoteTime): string {
  const text = new Date(at).toISOString();
  const time = precision === "millisecond" ? text : text.replace(/\.\d+Z$/, "Z");
  return zone === "utc" ? time : time.replace(/Z$/, "");
}

/** A time for people, as exactly as it is known. */
export function formatTime({ at, precision }: RemoteTime): string {
  const text = new Date(at).toISOString();
  const letters = { day: 10, minute: 16, second: 19, millisecond: 19 }[precision];
  return text.slice(0, letters).replace("T", " ");
}

/** Permission bits in octal. */
export function formatBits(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
