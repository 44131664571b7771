import { formatTimestamp, parseTimestamp } from "../timestamp.ts";

/** Facts that MFF asks to have set. */
export interface FactsToSet {
  /** Milliseconds since 1970. */
  readonly modified: number | undefined;
  /** The nine bits of reading, writing and executing. */
  readonly mode: number | undefined;
}

/** What {@link parseFactsToSet} makes of an argument. */
export type ParsedFactsToSet =
  | { readonly kind: "facts"; readonly facts: FactsToSet; readonly path: string }
  | { readonly kind: "refused"; readonly because: "not-valid" }
  | { readonly kind: "refused"; readonly because: "fact-unknown" | "value-not-valid"; readonly fact: string };

/** Reads `fact=value;fact=value; path` (draft-somers-ftp-mfxx §5), names of facts in any case. */
export function parseFactsToSet(argument: string): ParsedFactsToSet {
  const space = argument.indexOf(" ");
  const list = argument.slice(0, space);
  const path = argument.slice(space + 1);
  if (space === -1 || path === "" || !/^([^=;]+=[^=;]*;)+$/.test(list))
    return { kind: "refused", because: "not-valid" };
  let modified: number | undefined;
  let mode: number | undefined;
  for (const one of list.slice(0, -1).split(";")) {
    const [fact = "", value = ""] = one.split("=");
    const name = fact.toLowerCase();
    if (name === "modify") modified = parseTimestamp(value);
    else if (name === "unix.mode") mode = parsePermissionBits(value);
    else return { kind: "refused", because: "fact-unknown", fact };
    if ((name === "modify" ? modified : mode) === undefined)
      return { kind: "refused", because: "value-not-valid", fact };
  }
  return { kind: "facts", facts: { modified, mode }, path };
}

/** `Modify=20010203040506;UNIX.mode=644;`: the facts that are there. */
export function formatFactsToSet({ modified, mode }: FactsToSet): string {
  const time = modified === undefined ? "" : `Modify=${formatTimestamp(modified)};`;
  return mode === undefined ? time : `${time}UNIX.mode=${formatPermissionBits(mode)};`;
}

/** Three octal digits, or four of which the first is 0: setuid, setgid and sticky are not for clients to set. */
export function parsePermissionBits(text: string): number | undefined {
  return /^0?[0-7]{3}$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

/** Permission bits as three octal digits. */
export function formatPermissionBits(mode: number): string {
  return mode.toString(8).padStart(3, "0");
}
