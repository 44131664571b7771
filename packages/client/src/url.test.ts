import { expect, test } from "vitest";
import { looksLikeFtpUrl, parseFtpUrl, withoutPassword } from "./url.ts";
import type { FtpUrl } from "./url.ts";

const nothing = {
  port: undefined,
  user: undefined,
  password: undefined,
  tls: undefined,
  path: "",
  isFolder: true,
  type: undefined,
};

test.each<[string, Partial<FtpUrl>]>([
  ["ftp://h", { host: "h" }],
  ["ftp://h/", { host: "h" }],
  ["FTP://h/", { host: "h" }],
  ["ftps://h", { host: "h", tls: "implicit" }],
  ["ftpes://h", { host: "h", tls: "explicit" }],
  ["ftp://h:2121/a.txt", { host: "h", port: 2121, path: "a.txt", isFolder: false }],
  ["ftp://h/a/b.txt", { host: "h", path: "a/b.txt", isFolder: false }],
  ["ftp://h/a/", { host: "h", path: "a" }],
  ["ftp://h/%2Fetc/a", { host: "h", path: "/etc/a", isFolder: false }],
  ["ftp://h/%2F", { host: "h", path: "/" }],
  ["ftp://h/a%20b%23?x", { host: "h", path: "a b#?x", isFolder: false }],
  ["ftp://h/%E4%B8%AD", { host: "h", path: "中", isFolder: false }],
  ["ftp://h/../a", { host: "h", path: "../a", isFolder: false }],
  ["ftp://h/a;type=a", { host: "h", path: "a", isFolder: false, type: "ascii" }],
  ["ftp://h/a;type=i", { host: "h", path: "a", isFolder: false, type: "binary" }],
  ["ftp://h/a;b", { host: "h", path: "a;b", isFolder: false }],
  ["ftp://ann@h", { host: "h", user: "ann" }],
  ["ftp://ann:pw@h", { host: "h", user: "ann", password: "pw" }],
  ["ftp://ann:@h", { host: "h", user: "ann", password: "" }],
  ["ftp://ann:p%40%3A%2Fw@h", { host: "h", user: "ann", password: "p@:/w" }],
  ["ftp://ann:p@w:x@h", { host: "h", user: "ann", password: "p@w:x" }],
  ["ftp://[::1]:21/", { host: "::1", port: 21 }],
  ["ftp://[fe80::1%25eth0]/", { host: "fe80::1%eth0" }],
])("%s", (url, expected) => {
  expect(parseFtpUrl(url)).toEqual({ ...nothing, ...expected });
});

test.each([
  "http://h/",
  "h/a",
  "ftp:///a",
  "ftp://:21/",
  "ftp://h:0/",
  "ftp://h:70000/",
  "ftp://h:x/",
  "ftp://h/%zz",
  "ftp://%zz/",
  "ftp://h/a%0D%0ADELE%20b",
  "ftp://h/a%00",
  "ftp://h%0d/",
  "ftp://a%0a:b@h/",
  "ftp://h/a\nb",
])("%o is none", (url) => {
  expect(() => parseFtpUrl(url)).toThrow(expect.objectContaining({ code: "url-not-valid" }));
});

test("no error shows the password", () => {
  expect(() => parseFtpUrl("ftp://ann:secret@h:0/")).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining("secret") }),
  );
  expect(withoutPassword("ftp://ann:se:c@ret@h/a")).toBe("ftp://ann:****@h/a");
  expect(withoutPassword("ftp://ann@h/a")).toBe("ftp://ann@h/a");
});

test.each([
  ["ftp://h", true],
  ["FTPES://h", true],
  ["ftps://h", true],
  ["ftp.txt", false],
  ["sftp://h", false],
])("%s is meant as one: %s", (text, expected) => {
  expect(looksLikeFtpUrl(text)).toBe(expected);
});
