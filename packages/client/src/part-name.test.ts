import { describe, expect, it } from "vitest";
import { isPartName, isPartOf, partName } from "./part-name.ts";

describe("the name of a part", () => {
  const content = { size: 5, at: 1000 };

  it("is the same for the same content, and another one for any other", () => {
    const part = partName("a.txt", content);
    expect(part).toMatch(/^\.a\.txt\.[0-9a-f]{8}\.twinport-part$/);
    expect(partName("a.txt", { ...content })).toBe(part);
    expect(partName("a.txt", { ...content, size: 6 })).not.toBe(part);
    expect(partName("a.txt", { ...content, at: 2000 })).not.toBe(part);
  });

  it.each(["a".repeat(255), "文".repeat(85), "🚪".repeat(63)])(
    "is a name that file systems take, also of a long one",
    (name) => {
      const part = partName(name, content);
      expect(Buffer.byteLength(part)).toBeLessThanOrEqual(255);
      expect(part).not.toContain("\uFFFD");
      expect(isPartOf(part, name)).toBe(true);
    },
  );

  it.each([
    [".a.txt.0123abcd.twinport-part", true],
    [".a.txt.0123ABCD.twinport-part", false],
    [".a.txt.twinport-part", false],
    ["a.txt.0123abcd.twinport-part", false],
    ["..0123abcd.twinport-part", false],
  ])("is known again: %s", (name, isPart) => {
    expect(isPartName(name)).toBe(isPart);
  });

  it("is that of one file and no other", () => {
    expect(isPartOf(".a.txt.0123abcd.twinport-part", "a.txt")).toBe(true);
    expect(isPartOf(".a.txt.0123abcd.twinport-part", "a")).toBe(false);
  });
});
