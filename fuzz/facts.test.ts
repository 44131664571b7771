// The invariant: an entry is one line of facts that is read as that entry, and no name or owner can add a fact.
import fc from "fast-check";
import { expect } from "vitest";
import { factNames, formatFacts, modifiedOf, parseFacts, visible } from "../packages/protocol/src/index.ts";
import { anyEntry } from "./entries.ts";
import { textOf } from "./pieces.ts";
import { fuzz } from "./target.ts";

const line = textOf("type=", "file", ";", "=", " ", "modify=20260101000000;", "Size=3;", "perm=", "name", "\r\n");

fuzz({
  "what we write": fc.property(anyEntry, fc.subarray([...factNames]), (entry, wanted) => {
    const written = formatFacts(entry, new Set(wanted));
    // eslint-disable-next-line no-control-regex -- finding control characters is the purpose
    expect(written).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    const read = parseFacts(written);
    expect(read?.name).toBe(visible(entry.name));
    const asked = wanted.map((name) => name.toLowerCase());
    for (const fact of read!.facts.keys()) expect(asked).toContain(fact);
    if (wanted.includes("type")) {
      const types = { file: "file", directory: "dir", link: "OS.unix=symlink", other: "OS.unix=other" };
      expect(read!.facts.get("type")).toBe(types[entry.kind]);
    }
    if (wanted.includes("modify")) expect(modifiedOf(read!.facts)).toBeTypeOf("number");
    if (wanted.includes("size") && entry.kind === "file") expect(read!.facts.get("size")).toBe(String(entry.size));
  }),
  "any line": fc.property(line, (text) => {
    const read = parseFacts(text);
    if (!read) return;
    expect(read.name).not.toBe("");
    expect(text.endsWith(` ${read.name}`)).toBe(true);
    for (const [fact, value] of read.facts) expect(`${fact}${value}`).not.toContain(";");
  }),
});
