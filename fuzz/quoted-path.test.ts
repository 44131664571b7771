// The invariant: a path in quotes is read as that path, whatever quotes it has itself and whatever stands around it.
import fc from "fast-check";
import { expect } from "vitest";
import { formatQuotedPath, parseQuotedPath } from "../packages/protocol/src/index.ts";
import { textOf } from "./pieces.ts";
import { fuzz } from "./target.ts";

const path = textOf('"', '""', "/", " ", '" is', "a", "文", "\n");

fuzz({
  "what we write": fc.property(path, path, path, (written, before, after) => {
    const text = `${before.replaceAll('"', "")}${formatQuotedPath(written)} ${after}`;
    expect(parseQuotedPath(text)).toBe(written);
  }),
  "any text": fc.property(path, (text) => {
    const read = parseQuotedPath(text);
    if (read === undefined) expect(text.split('"').length).toBeLessThan(3);
    else expect(text).toContain(formatQuotedPath(read));
  }),
});
