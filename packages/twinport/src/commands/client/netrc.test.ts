import { expect, test } from "vitest";
import { netrcLoginOf, parseNetrc } from "./netrc.ts";

test.each([
  ["one line", "machine ftp.example.org login ann password secret", { login: "ann", password: "secret" }],
  ["a word a line", "machine\nftp.example.org\nlogin\nann\npassword\nsecret\n", { login: "ann", password: "secret" }],
  [
    "quotes",
    'machine ftp.example.org login "ann b" password "a \\"b\\" \\\\c"',
    { login: "ann b", password: 'a "b" \\c' },
  ],
  ["an account", "machine ftp.example.org login a password b account c", { login: "a", password: "b", account: "c" }],
  ["a password with #", "machine ftp.example.org login a password #b", { login: "a", password: "#b" }],
  ["comments", "# machine ftp.example.org login x\nmachine ftp.example.org login a\n  # password y\n", { login: "a" }],
  ["another case", "machine FTP.Example.org login a", { login: "a" }],
  ["default", "machine other login x\ndefault login a password b", { login: "a", password: "b" }],
  [
    "a macro, which is skipped to its empty line",
    "machine other login x\nmacdef init\nmachine ftp.example.org login evil\n\nmachine ftp.example.org login a",
    { login: "a" },
  ],
  ["a value that is missing", "machine ftp.example.org login a password", { login: "a" }],
])("%s", (_name, text, expected) => {
  expect(netrcLoginOf(parseNetrc(text), "ftp.example.org")).toMatchObject(expected);
});

test("where a user is named, the entry of that user counts", () => {
  const entries = parseNetrc("machine h login a password 1\nmachine h login b password 2\ndefault login d password 3");
  expect(netrcLoginOf(entries, "h", "b")?.password).toBe("2");
  expect(netrcLoginOf(entries, "h")?.password).toBe("1");
  expect(netrcLoginOf(entries, "h", "c")).toBeUndefined();
  expect(netrcLoginOf(entries, "elsewhere")?.password).toBe("3");
});

test("nothing and nonsense are no logins", () => {
  expect(parseNetrc("")).toEqual([]);
  expect(parseNetrc("login a password b")).toEqual([]);
  expect(parseNetrc('"')).toEqual([]);
});
