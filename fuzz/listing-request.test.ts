// The invariant: what LIST is asked is known options and the rest of the argument as it stood there.
import fc from "fast-check";
import { expect } from "vitest";
import { parseListingRequest } from "../packages/protocol/src/index.ts";
import { textOf } from "./pieces.ts";
import { fuzz } from "./target.ts";

const argument = textOf("-", "-l", "-la ", "-a", "--", "-- ", " ", "  ", "R", "-x", "name", "/", "*.txt", "-文");

fuzz({
  "any argument": fc.property(argument, (text) => {
    const { options, path } = parseListingRequest(text);
    expect(text.endsWith(path)).toBe(true);
    for (const letter of options) expect(letter).toMatch(/^[1a-zA-Z]$/);
    // What is left out is nothing but options.
    expect(text.slice(0, text.length - path.length)).toMatch(/^(-[1a-zA-Z]+\s*)*(-- ?)?$/);
    if (!text.startsWith("-")) expect(path).toBe(text);
  }),
  "any name behind --": fc.property(argument, (name) => {
    expect(parseListingRequest(`-la -- ${name}`)).toEqual({ options: new Set("la"), path: name });
  }),
});
