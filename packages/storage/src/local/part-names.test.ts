import fc from "fast-check";
import { expect, test } from "vitest";
import { PartNames } from "./part-names.ts";

test.each([
  ["a name as it is", "a.txt", "ann", ".a.txt.ann.part"],
  ["no owner", "a.txt", "", ".a.txt..part"],
  ["a dollar is a letter like any other", "$&", "ann", ".$&.ann.part"],
])("%s", (_name, name, owner, wanted) => {
  expect(new PartNames().nameFor(name, owner)).toBe(wanted);
});

test("every name and owner gives a name that fits, is short enough, and leads nowhere", () => {
  const parts = new PartNames();
  const name = fc.string({ unit: "binary", minLength: 1, maxLength: 255 }).filter((text) => !/[/\0]/.test(text));
  fc.assert(
    fc.property(name, fc.string({ unit: "binary" }), fc.option(fc.string(), { nil: undefined }), (of, owner, apart) => {
      const part = parts.nameFor(of, owner, apart);
      expect(parts.fits(part)).toBe(true);
      expect(Buffer.byteLength(part)).toBeLessThanOrEqual(255);
      expect(part).not.toMatch(/[/\0]/);
    }),
  );
});

test("owners that differ never share a name, nor do long names", () => {
  const parts = new PartNames();
  const owners = ["ann", "Ann", "a/nn", "a/n/n", "ann~", "", ".", "…", "a".repeat(33), "a".repeat(34)];
  const long = Array.from({ length: 3 }, (_, i) => "é".repeat(120) + "x".repeat(12) + i);
  const names = [
    ...owners.map((owner) => parts.nameFor("f", owner)),
    ...long.map((name) => parts.nameFor(name, "ann")),
  ];
  expect(new Set(names).size).toBe(names.length);
});

test("names that people give do not fit, and where case is nothing neither does another one hide", () => {
  const parts = new PartNames();
  for (const name of ["a.part", ".a.part", "a.ann.part", ".a.ann.partly", ".profile"])
    expect(parts.fits(name)).toBe(false);
  expect(parts.fits(".A.ANN.PART")).toBe(false);
  expect(new PartNames(undefined, true).fits(".A.ANN.PART")).toBe(true);
});

test.each([
  "{name}",
  "{owner}.part",
  "{name}{owner}",
  "{name}.{owner}{name}x",
  "a/{name}.{owner}",
  "{name}-{owner}.{x}",
])("the pattern %s is refused", (pattern) => {
  expect(() => new PartNames(pattern)).toThrow(RangeError);
});
