import { expect, test } from "vitest";
import { parseFingerprint } from "./fingerprint.ts";

const bytes = Array.from({ length: 32 }, (_, i) => (i * 7 + 160).toString(16).slice(-2).padStart(2, "0"));
const asNodeWritesIt = bytes.join(":").toUpperCase();

test.each([
  ["as Node writes it", asNodeWritesIt],
  ["in small letters", asNodeWritesIt.toLowerCase()],
  ["without colons", bytes.join("")],
  ["without colons, in capitals", bytes.join("").toUpperCase()],
])("a fingerprint is read %s", (_title, written) => expect(parseFingerprint(written)).toBe(asNodeWritesIt));

test.each([
  ["nothing", ""],
  ["a SHA-1", bytes.slice(0, 20).join(":")],
  ["one with a byte too many", [...bytes, "00"].join("")],
  ["one with a colon too few", bytes.join(":").replace(":", "")],
  ["one with spaces", ` ${bytes.join("")}`],
  ["one with a letter that is no digit", bytes.join("").replace(/^./, "g")],
  ["one with a line's end", `${bytes.join("")}\n`],
  ["the pin of a key", "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],
])("%s is none", (_title, written) => expect(parseFingerprint(written)).toBeUndefined());
