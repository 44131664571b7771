import { describe, expect, it } from "vitest";
import { foldNames } from "@twinport/protocol";
import { pairNames } from "./name-pairs.ts";
import { sameName } from "./same-name.ts";
import type { TreeEntry } from "./tree.ts";

const named = (...names: string[]): TreeEntry[] => names.map((name) => ({ name, kind: "file" }));

/** `source=target` for each pair. */
function paired(sources: string[], targets: string[], key: (name: string) => string) {
  const { pairs, collisions } = pairNames(named(...sources), named(...targets), key);
  return {
    pairs: pairs.map(({ source, target }) => `${source?.name ?? ""}=${target?.name ?? ""}`),
    collisions: collisions.map(({ entry, with: other }) => `${entry.name} is ${other}`),
  };
}

describe("names of two folders", () => {
  it("are put side by side", () => {
    expect(paired(["a", "b"], ["b", "c"], sameName)).toEqual({ pairs: ["a=", "b=b", "=c"], collisions: [] });
  });

  it("are the same however their accents are composed", () => {
    expect(paired(["\u00e9"], ["e\u0301"], sameName).pairs).toEqual(["\u00e9=e\u0301"]);
  });

  it("are two where both sides have both spellings", () => {
    const both = ["\u00e9", "e\u0301"];
    expect(paired(both, both, sameName).pairs).toEqual(["\u00e9=\u00e9", "e\u0301=e\u0301"]);
  });

  it("stay two on a disk that tells them apart", () => {
    expect(paired(["a", "A"], [], sameName)).toEqual({ pairs: ["a=", "A="], collisions: [] });
  });

  it("collide on a disk that does not, and only one of them is written", () => {
    expect(paired(["a", "A"], [], foldNames)).toEqual({ pairs: ["a="], collisions: ["A is a"] });
    expect(paired(["a", "A"], ["A"], foldNames)).toEqual({ pairs: ["A=A"], collisions: ["a is A"] });
    expect(paired(["\u00e9", "e\u0301"], [], foldNames).collisions).toHaveLength(1);
  });

  it("are the same name in another case there", () => {
    expect(paired(["Readme"], ["README"], foldNames)).toEqual({ pairs: ["Readme=README"], collisions: [] });
  });
});
