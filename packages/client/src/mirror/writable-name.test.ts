import { describe, expect, it } from "vitest";
import { objectionToName, objectionToSending } from "./writable-name.ts";

describe("a name from a server", () => {
  it.each(["", ".", "..", "../x", "a/b", "/etc", "a\0b", "a\nb"])("is no name in its folder: %j", (name) => {
    expect(objectionToName(name, "linux")).toBe("name-not-valid");
  });

  it.each([
    "a:b",
    "c:\\x",
    "..\\x",
    "a*",
    "why?",
    'a"b',
    "<a>",
    "a|b",
    "a\u0001",
    "dot.",
    "blank ",
    "CON",
    "nul.txt",
    "com1",
    "LPT²",
  ])("is none that Windows can write: %j", (name) => {
    expect(objectionToName(name, "win32")).toBe("name-not-writable");
    expect(objectionToName(name, "linux")).toBeUndefined();
  });

  it.each(["a", "console", "...x", "文件", " a"])("can be written everywhere: %j", (name) => {
    expect(objectionToName(name, "win32")).toBeUndefined();
  });

  it("is no text, or too long", () => {
    expect(objectionToName("a\uFFFDb", "linux")).toBe("name-not-text");
    expect(objectionToName("文".repeat(86), "linux")).toBe("name-not-writable");
  });
});

describe("a name of this machine", () => {
  it("cannot be sent where it would be a second command", () => {
    expect(objectionToSending("a\r\nDELE b")).toBe("name-not-sendable");
    expect(objectionToSending("a\uFFFD")).toBe("name-not-text");
    expect(objectionToSending("a b")).toBeUndefined();
  });
});
