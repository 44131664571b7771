import fc from "fast-check";
import { textOf } from "./pieces.ts";
import type { Entry } from "../packages/protocol/src/index.ts";

const words = textOf(
  " ",
  ";",
  "=",
  "/",
  "\r\n",
  "\u0085",
  "\u00a0",
  "type=dir;",
  "-rw-r--r--",
  " -> ",
  "226 ",
  "Domain Users",
);
const time = fc.oneof(
  fc.integer({ min: -8.64e15, max: 8.64e15 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 0.5),
);
const optional = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined });

/** Anything that a disk may hold, names that nobody would give included. */
export const anyEntry: fc.Arbitrary<Entry> = fc
  .record({
    name: words.filter((name) => name !== ""),
    kind: fc.constantFrom("file", "directory", "link", "other"),
    size: fc.maxSafeNat(),
    modified: time,
    mode: optional(fc.nat(0o177777)),
    owner: optional(words),
    group: optional(words),
    unique: optional(words),
  })
  .map(({ mode, owner, group, unique, ...rest }) => ({
    ...(rest as Entry),
    ...(mode !== undefined && { mode }),
    ...(owner !== undefined && { owner }),
    ...(group !== undefined && { group }),
    ...(unique !== undefined && { unique }),
  }));
