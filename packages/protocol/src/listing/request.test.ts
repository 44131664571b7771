import { expect, test } from "vitest";
import { parseListingRequest } from "./request.ts";

test.each([
  ["nothing", "", "", ""],
  ["a path", "/a b", "", "/a b"],
  ["options", "-la", "l a", ""],
  ["options and a path", "-la /a b ", "l a", "/a b "],
  ["two words of options", "-l -a x", "l a", "x"],
  ["the end of options", "-l -- -a", "l", "-a"],
  ["a name that begins with a dash", "-la-carte.txt", "", "-la-carte.txt"],
  ["a name that is a dash", "-", "", "-"],
  ["options that are not at the front are a name", "x -l", "", "x -l"],
  ["a name of spaces", "  ", "", "  "],
])("%s", (_name, argument, options, path) => {
  const request = parseListingRequest(argument);
  expect([...request.options].join(" ")).toBe(options);
  expect(request.path).toBe(path);
});
